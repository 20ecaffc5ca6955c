using Microsoft.Extensions.Logging;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Maintenance.Runs;

/// <summary>
/// Holds a task for one run: a lock of a database session, which is gone the moment its process is, on a connection of its
/// own that also tells the run's progress and hears that it is to stop. When that connection breaks the run is stopped,
/// because another worker may take over.
/// </summary>
internal sealed partial class RunLock : IAsyncDisposable
{
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(500);

    private readonly NpgsqlConnection _connection;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _end = new();
    private readonly ILogger _logger;
    private Task _beating = Task.CompletedTask;
    private volatile TaskProgress _progress = new(0, "");
    private volatile string? _stoppedBecause;
    private volatile bool _lost;

    private RunLock(NpgsqlConnection connection, ILogger logger) => (_connection, _logger) = (connection, logger);

    /// <summary>Somebody wants the run to stop, or it is no longer ours.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>Who wants it to stop; null while nobody does.</summary>
    public string? StoppedBy => _lost ? null : _stoppedBecause;

    /// <summary>Why the run is no longer ours; null while it is.</summary>
    public string? LostBecause => _lost ? _stoppedBecause : null;

    /// <summary>Takes the task, where no process holds it within the patience.</summary>
    /// <returns>Null when another process holds it.</returns>
    public static async Task<RunLock?> TakeAsync(
        NpgsqlDataSource dataSource, string task, TimeSpan patience, ILogger logger, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var startedAt = System.Diagnostics.Stopwatch.GetTimestamp();
            while (!await connection.Command("select pg_try_advisory_lock($1, hashtext($2))", AdvisoryLocks.MaintenanceTask, task)
                .ScalarAsync<bool>(cancellationToken))
            {
                if (System.Diagnostics.Stopwatch.GetElapsedTime(startedAt) > patience)
                {
                    await connection.DisposeAsync();
                    return null;
                }

                await Task.Delay(LockPause, cancellationToken);
            }

            return new RunLock(connection, logger);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a waiting run a running one.</summary>
    /// <returns>Null when it does not wait any more.</returns>
    public async Task<MaintenanceRun?> BeginAsync(Guid runId, TimeSpan heartbeat, CancellationToken cancellationToken)
    {
        var run = await _connection.Command($"""
            update maintenance_runs set status = 'running', started_at = now(), heartbeat_at = now(), worker = $2, progress = 0
            where id = $1 and status = 'queued' returning {MaintenanceRun.Columns}
            """, runId, $"{Environment.MachineName}:{Environment.ProcessId}").FirstAsync(MaintenanceRun.Read, cancellationToken);
        if (run is not null)
        {
            _beating = BeatAsync(runId, heartbeat);
        }

        return run;
    }

    public void Report(TaskProgress progress) => _progress = progress;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _beating;
        try
        {
            await _connection.Command("select pg_advisory_unlock_all()").ExecuteAsync(CancellationToken.None);
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex) || ex is InvalidOperationException)
        {
            // The session is gone, and the lock with it.
        }

        await _connection.DisposeAsync();
        _stop.Dispose();
        _end.Dispose();
    }

    private async Task BeatAsync(Guid runId, TimeSpan heartbeat)
    {
        try
        {
            while (!_end.IsCancellationRequested)
            {
                await Task.Delay(heartbeat, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await BeatOnceAsync(runId);
            }
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex) || ex is InvalidOperationException)
        {
            Log.Lost(_logger, runId, ex.Message);
            await LoseAsync($"The connection to the database was lost: {ex.Message}");
        }
    }

    private async Task BeatOnceAsync(Guid runId)
    {
        var now = _progress;
        var beat = _connection.Command("""
            update maintenance_runs set heartbeat_at = now(), progress = $2, step = nullif($3, '')
            where id = $1 and status = 'running' returning coalesce(cancel_requested_by, '')
            """, runId, (short)now.Percent, now.Step);
        beat.CommandTimeout = 10;
        var stoppedBy = await beat.ScalarAsync<string>(CancellationToken.None);
        if (stoppedBy is null)
        {
            await LoseAsync("Other workers took it for interrupted.");
        }
        else if (stoppedBy.Length > 0 && _stoppedBecause is null)
        {
            _stoppedBecause = stoppedBy;
            await _stop.CancelAsync();
        }
    }

    private async Task LoseAsync(string reason)
    {
        if (!_end.IsCancellationRequested)
        {
            (_stoppedBecause, _lost) = (reason, true);
            await _stop.CancelAsync();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Run {RunId} lost its connection and is stopped: {Reason}")]
        public static partial void Lost(ILogger logger, Guid runId, string reason);
    }
}
