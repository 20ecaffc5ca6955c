using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;
using RagAspire.Jobs;

namespace RagAspire.Maintenance.Runs;

/// <summary>Lets one process at a time execute a task.</summary>
public sealed class RunLocks(
    NpgsqlDataSource dataSource, IOptions<RunOptions> options, TimeProvider time, ILogger<RunLocks> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Takes the lock of a task; waits for one heartbeat timeout while another process holds it.</summary>
    /// <returns>Null when another process still holds the lock.</returns>
    internal async Task<RunLock?> TakeAsync(string task, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var startedAt = time.GetTimestamp();
            while (!await connection.Command("select pg_try_advisory_lock($1, hashtext($2))", AdvisoryLocks.MaintenanceTask, task)
                .ScalarAsync<bool>(cancellationToken))
            {
                if (time.GetElapsedTime(startedAt) > options.Value.HeartbeatTimeout)
                {
                    await connection.DisposeAsync();
                    return null;
                }

                await Task.Delay(Pause, time, cancellationToken);
            }

            return new RunLock(connection, options.Value.Heartbeat, time, logger);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}

/// <summary>
/// The lock of a task for one run: a session lock of PostgreSQL, which ends with its process. The same connection sends the
/// heartbeats and reads cancellations, so a broken connection stops the run: another worker may then take the lock.
/// </summary>
internal sealed partial class RunLock(NpgsqlConnection connection, TimeSpan heartbeat, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    private readonly CancellationTokenSource _cancelled = new();
    private Lease? _lease;
    private volatile TaskProgress _progress = new(0, "");

    /// <summary>Cancelled when a heartbeat read that the run is to stop. Heartbeats go on until the task has ended.</summary>
    public CancellationToken Cancelled => _cancelled.Token;

    /// <summary>Cancelled when the lock was lost.</summary>
    public CancellationToken Lost => _lease?.Lost ?? CancellationToken.None;

    /// <summary>The actor that cancelled the run; null when it was not cancelled.</summary>
    public string? CancelledBy { get; private set; }

    /// <summary>Why the lock was lost; null when it was not.</summary>
    public string? LostBecause { get; private set; }

    /// <summary>Makes a queued run a running one, and sends heartbeats from then on.</summary>
    /// <returns>Null when the run is not queued any more.</returns>
    public async Task<MaintenanceRun?> BeginAsync(Guid runId, CancellationToken cancellationToken)
    {
        var run = await connection.Command($"""
            update maintenance_runs set status = 'running', started_at = now(), heartbeat_at = now(), worker = $2, progress = 0
            where id = $1 and status = 'queued' returning {MaintenanceRun.Columns}
            """, runId, $"{Environment.MachineName}:{Environment.ProcessId}").FirstAsync(MaintenanceRun.Read, cancellationToken);
        if (run is not null)
        {
            _lease = new Lease(heartbeat, time, _ => RenewAsync(runId));
        }

        return run;
    }

    public void Report(TaskProgress progress) => _progress = progress;

    public async ValueTask DisposeAsync()
    {
        await (_lease?.DisposeAsync() ?? ValueTask.CompletedTask);
        try
        {
            await connection.Command("select pg_advisory_unlock_all()").ExecuteAsync(CancellationToken.None);
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex) || ex is InvalidOperationException)
        {
            // The session is gone, and the lock with it.
        }

        await connection.DisposeAsync();
        _cancelled.Dispose();
    }

    /// <summary>Never cancelled halfway: the connection is needed to unlock.</summary>
    private async Task<bool> RenewAsync(Guid runId)
    {
        try
        {
            switch (await HeartbeatAsync(runId))
            {
                case null:
                    LostBecause = "Another worker marked the run as interrupted.";
                    return false;
                case { Length: > 0 } actor:
                    CancelledBy = actor;
                    await _cancelled.CancelAsync();
                    return true;
                default:
                    return true;
            }
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex) || ex is InvalidOperationException)
        {
            Log.Lost(logger, runId, ex.Message);
            LostBecause = $"The connection to the database was lost: {ex.Message}";
            return false;
        }
    }

    /// <returns>The actor that cancelled the run, empty for none; null when the run is not running any more.</returns>
    private async Task<string?> HeartbeatAsync(Guid runId)
    {
        var progress = _progress;
        var command = connection.Command("""
            update maintenance_runs set heartbeat_at = now(), progress = $2, step = nullif($3, '')
            where id = $1 and status = 'running' returning coalesce(cancel_requested_by, '')
            """, runId, (short)progress.Percent, progress.Step);
        command.CommandTimeout = 10;
        return await command.ScalarAsync<string>(CancellationToken.None);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Run {RunId} is stopped because its connection was lost: {Reason}")]
        public static partial void Lost(ILogger logger, Guid runId, string reason);
    }
}
