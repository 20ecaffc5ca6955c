using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Maintenance.Tasks.Database;

/// <summary>The connection, options and report that the steps of one run share.</summary>
internal sealed class DatabaseRun(NpgsqlConnection connection, TaskContext context, DatabaseOptions options, TimeProvider time)
{
    /// <summary>The schemas of the product and of its job queue.</summary>
    public static readonly string[] Schemas = ["public", "hangfire"];

    private (int Step, int Steps) _position = (0, 1);

    public NpgsqlConnection Connection => connection;

    public DatabaseOptions Options => options;

    public bool DryRun => context.DryRun;

    public ReportBuilder Report { get; } = new();

    public Throttle Throttle(int initialRows, int maxRows) => new(initialRows, maxRows, time);

    /// <summary>The participle of a change as the report states it: "deleted", or "would be deleted" in a dry run.</summary>
    public string Done(string participle) => DryRun ? $"would be {participle}" : participle;

    /// <summary>Starts the next step.</summary>
    /// <param name="step">0 for the first one.</param>
    public void Begin(int step, int steps, string title)
    {
        _position = (step, steps);
        Progress(0, 1, title);
    }

    /// <summary>Reports the progress of the current step.</summary>
    /// <param name="work">The current work, in a few words.</param>
    public void Progress(long done, long total, string work)
    {
        var share = total > 0 ? Math.Clamp(done / (double)total, 0, 1) : 0;
        context.Report((long)((_position.Step + share) * 1000), _position.Steps * 1000, work);
    }

    /// <summary>Executes a statement on one table or index, and skips it when another session holds its lock.</summary>
    /// <param name="relation">The table or index, for the report.</param>
    /// <returns>False when it was skipped or failed.</returns>
    public async Task<bool> TryAsync(string relation, string sql, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = connection.Command(sql);
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (PostgresException ex) when (ex.SqlState is PostgresErrorCodes.LockNotAvailable)
        {
            Report.Note($"{relation}: locked by another session, left for the next run.");
        }
        catch (PostgresException ex) when (ex.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedObject)
        {
            Report.Note($"{relation}: dropped during the run.");
        }
        catch (PostgresException ex) when (!Unavailability.IsUnavailable(ex) && ex.SqlState != PostgresErrorCodes.QueryCanceled)
        {
            Report.Fail($"{relation}: {ex.MessageText}");
        }
        catch (PostgresException ex) when (
            ex.SqlState == PostgresErrorCodes.QueryCanceled && !cancellationToken.IsCancellationRequested)
        {
            Report.Fail($"{relation}: not done within {options.StatementTimeout}.");
        }

        return false;
    }
}

/// <summary>One step of database maintenance.</summary>
internal interface IDatabaseStep
{
    /// <summary>A few words for the progress.</summary>
    string Title { get; }

    Task RunAsync(DatabaseRun run, CancellationToken cancellationToken);
}

/// <summary>Runs steps one after another, on one connection with short lock timeouts.</summary>
public sealed class DatabaseSteps(NpgsqlDataSource dataSource, IOptions<DatabaseOptions> options, TimeProvider time)
{
    internal async Task<TaskReport> RunAsync(
        TaskContext context, IReadOnlyList<IDatabaseStep> steps, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.Command(FormattableString.Invariant($"""
            set application_name = 'ragaspire-maintenance';
            set lock_timeout = {options.Value.LockTimeout.TotalMilliseconds:0};
            set statement_timeout = {options.Value.StatementTimeout.TotalMilliseconds:0};
            set vacuum_cost_delay = {options.Value.VacuumDelay.TotalMilliseconds:0};
            set max_parallel_maintenance_workers = 0;
            set max_parallel_workers_per_gather = 0
            """)).ExecuteAsync(cancellationToken);
        var run = new DatabaseRun(connection, context, options.Value, time);
        for (var i = 0; i < steps.Count; i++)
        {
            run.Begin(i, steps.Count, steps[i].Title);
            await steps[i].RunAsync(run, cancellationToken);
        }

        return run.Report.Build();
    }
}
