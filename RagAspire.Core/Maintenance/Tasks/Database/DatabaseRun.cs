using Npgsql;
using RagAspire.Database;

namespace RagAspire.Maintenance.Tasks.Database;

/// <summary>What the steps of one run share: the connection with its limits, and the report.</summary>
internal sealed class DatabaseRun(NpgsqlConnection connection, TaskContext context, DatabaseOptions options, TimeProvider time)
{
    /// <summary>The tables that the system owns, its job tables among them.</summary>
    public static readonly string[] Schemas = ["public", "hangfire"];

    public NpgsqlConnection Connection => connection;

    public DatabaseOptions Options => options;

    public bool DryRun => context.DryRun;

    public TimeProvider Time => time;

    public ReportBuilder ReportBuilder { get; } = new();

    /// <summary>Which step it is at, and of how many.</summary>
    public (int Step, int Steps) At { get; set; } = (0, 1);

    /// <summary>How far the step is.</summary>
    public void Progress(long done, long total, string what)
    {
        var share = total > 0 ? Math.Clamp(done / (double)total, 0, 1) : 0;
        context.Report((long)((At.Step + share) * 1000), At.Steps * 1000, what);
    }

    /// <summary>Executes a statement on one table or index, and leaves it alone when others are at it.</summary>
    /// <returns>False when it was left alone or failed.</returns>
    public async Task<bool> TryAsync(string what, string sql, CancellationToken cancellationToken)
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
            ReportBuilder.Note($"{what}: others hold it, so it is left for the next run.");
        }
        catch (PostgresException ex) when (ex.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedObject)
        {
            ReportBuilder.Note($"{what}: it is gone meanwhile.");
        }
        catch (PostgresException ex) when (!Unavailability.IsUnavailable(ex) && ex.SqlState != PostgresErrorCodes.QueryCanceled)
        {
            ReportBuilder.Fail($"{what}: {ex.MessageText}");
        }
        catch (PostgresException ex) when (ex.SqlState == PostgresErrorCodes.QueryCanceled && !cancellationToken.IsCancellationRequested)
        {
            ReportBuilder.Fail($"{what}: not done within {options.StatementSeconds} s.");
        }

        return false;
    }
}

/// <summary>One part of the database's upkeep.</summary>
internal interface IDatabaseStep
{
    /// <summary>In a few words, for the progress.</summary>
    string Title { get; }

    Task RunAsync(DatabaseRun run, CancellationToken cancellationToken);
}

/// <summary>Runs steps one after another, on one connection that waits for nobody long.</summary>
public sealed class DatabaseSteps(
    NpgsqlDataSource dataSource, Microsoft.Extensions.Options.IOptions<DatabaseOptions> options, TimeProvider time)
{
    internal async Task<TaskReport> RunAsync(
        TaskContext context, IReadOnlyList<IDatabaseStep> steps, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.Command($"""
            set application_name = 'ragaspire-maintenance';
            set lock_timeout = {options.Value.LockMilliseconds};
            set statement_timeout = {options.Value.StatementSeconds * 1000};
            set vacuum_cost_delay = {options.Value.VacuumDelayMilliseconds};
            set max_parallel_maintenance_workers = 0;
            set max_parallel_workers_per_gather = 0
            """).ExecuteAsync(cancellationToken);
        var run = new DatabaseRun(connection, context, options.Value, time);
        for (var i = 0; i < steps.Count; i++)
        {
            run.At = (i, steps.Count);
            run.Progress(0, 1, steps[i].Title);
            await steps[i].RunAsync(run, cancellationToken);
        }

        return run.ReportBuilder.Report();
    }
}
