using Npgsql;
using RagAspire.Database;
using RagAspire.Maintenance.Runs;
using RagAspire.Maintenance.Tasks.Database;

namespace RagAspire.Maintenance.Tasks;

/// <summary>Every month: growth, slow queries, unused documents, and the indexes to rebuild.</summary>
public sealed class MonthlyReport(NpgsqlDataSource dataSource, RunStore runs, DatabaseSteps steps) : IMaintenanceTask
{
    private const string Unavailable = "42P01";

    public string Name => "monthly-report";

    public string Summary =>
        "Reports growth, capacity, slow queries, unused documents and duplicates, and deletes orphaned rows.";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        // Only these steps change something and can fail; the rest of the report is read from tables.
        var database = await steps.RunAsync(
            context,
            [new OrphanStep(), new IndexStep(), new ReindexPlanStep(), new ActivityStep(), new SizeStep(After: true)],
            cancellationToken);
        var report = new ReportBuilder { Examined = database.Examined, Changed = database.Changed, Failed = database.Failed };
        await GrowthAsync(report, database, cancellationToken);
        await SlowestAsync(report, cancellationToken);
        await UnusedAsync(report, cancellationToken);
        await DuplicatesAsync(report, cancellationToken);
        var result = report.Build();
        return result with
        {
            Notes = [.. result.Notes, .. database.Notes],
            After = database.After.Concat(result.After).DistinctBy(metric => metric.Key).ToDictionary(),
        };
    }

    /// <summary>Compares the sizes with the oldest daily report of the last month.</summary>
    private async Task GrowthAsync(ReportBuilder report, TaskReport now, CancellationToken cancellationToken)
    {
        var daily = await runs.SucceededAsync("database-daily", 31, cancellationToken);
        var first = daily.LastOrDefault(run => !run.DryRun && run.Report!.After.ContainsKey("database.total_bytes"));
        if (first is null)
        {
            report.Note("Growth: no daily report to compare with yet.");
            return;
        }

        foreach (var (metric, bytes) in now.After.Where(size => size.Key.EndsWith(".total_bytes", StringComparison.Ordinal)))
        {
            if (!first.Report!.After.TryGetValue(metric, out var then))
            {
                continue;
            }

            report.Before(metric, then);
            if (bytes - then > 1 << 20)
            {
                var (name, growth) = (metric.Split('.')[0], $"{Mebibytes(bytes - then)} to {Mebibytes(bytes)}");
                report.Note(FormattableString.Invariant($"{name} grew by {growth} since {first.FinishedAt:yyyy-MM-dd}."));
            }
        }
    }

    private async Task SlowestAsync(ReportBuilder report, CancellationToken cancellationToken)
    {
        var isInstalled = await dataSource.Command("select to_regclass('pg_stat_statements') is not null")
            .ScalarAsync<bool>(cancellationToken);
        if (!isInstalled)
        {
            report.Note("Slowest queries: the extension pg_stat_statements is not installed.");
            return;
        }

        try
        {
            var slowest = await dataSource.Command("""
                select round(mean_exec_time::numeric, 1)::float8, calls, left(regexp_replace(query, '\s+', ' ', 'g'), 120)
                from pg_stat_statements
                where dbid = (select oid from pg_database where datname = current_database()) and calls > 5
                order by mean_exec_time desc limit 10
                """).ListAsync(
                row => (Mean: row.GetDouble(0), Calls: row.GetInt64(1), Query: row.GetString(2)), cancellationToken);
            foreach (var query in slowest)
            {
                report.Note(FormattableString.Invariant($"Slow: {query.Mean} ms on average, {query.Calls} times: {query.Query}"));
            }
        }
        catch (PostgresException ex) when (ex.SqlState is Unavailable or PostgresErrorCodes.ObjectNotInPrerequisiteState)
        {
            report.Note($"Slowest queries: {ex.MessageText}.");
        }
    }

    /// <summary>Ready documents without a hit in the last month's searches.</summary>
    private async Task UnusedAsync(ReportBuilder report, CancellationToken cancellationToken)
    {
        var unused = await dataSource.Command("""
            with found as (
                select distinct c.document_id
                from searches s cross join unnest(s.chunk_ids) as hit(id) join chunks c on c.id = hit.id
                where s.created_at > now() - interval '30 days')
            select d.id::text, count(*) over () from documents d
            where d.ready_version is not null and d.created_at < now() - interval '30 days'
                and d.id not in (select document_id from found)
            order by d.created_at limit 10
            """).ListAsync(row => (Id: row.GetString(0), Count: row.GetInt64(1)), cancellationToken);
        report.After("documents.unused", unused.Count > 0 ? unused[0].Count : 0);
        if (unused.Count > 0)
        {
            var oldest = string.Join(", ", unused.Select(document => document.Id));
            report.Note($"{unused[0].Count} documents were in no search result for 30 days, the oldest: {oldest}.");
        }
    }

    private async Task DuplicatesAsync(ReportBuilder report, CancellationToken cancellationToken)
    {
        var (copies, bytes) = (await dataSource.Command("""
            select coalesce(sum(copies - 1), 0)::int8, coalesce(sum((copies - 1) * size), 0)::int8
            from (select count(*) as copies, max(size_bytes) as size from documents group by sha256 having count(*) > 1) same
            """).ListAsync(row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken))[0];
        report.After("documents.duplicates", copies);
        if (copies > 0)
        {
            report.Note($"{copies} documents are copies of one in another collection, {Mebibytes(bytes)}.");
        }
    }

    private static string Mebibytes(double bytes) => FormattableString.Invariant($"{bytes / 1048576.0:0.#} MiB");
}

/// <summary>Lists the indexes that the next weekly run would rebuild.</summary>
internal sealed class ReindexPlanStep : IDatabaseStep
{
    public string Title => "plan";

    public async Task RunAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        var indexes = await IndexSize.AllAsync(run.Connection, cancellationToken);
        foreach (var index in indexes.Where(index => index.NeedsRebuild(run.Options)))
        {
            run.Report.Note($"To be rebuilt by the next weekly run: {index.Name}, {index.Reason}.");
        }
    }
}
