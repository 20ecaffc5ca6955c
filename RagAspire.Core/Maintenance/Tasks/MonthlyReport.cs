using Npgsql;
using RagAspire.Database;
using RagAspire.Maintenance.Runs;
using RagAspire.Maintenance.Tasks.Database;

namespace RagAspire.Maintenance.Tasks;

/// <summary>Every month: how the system grows, where it is slow, what nobody reads, and what should be built anew.</summary>
public sealed class MonthlyReport(NpgsqlDataSource dataSource, RunStore runs, DatabaseSteps steps) : IMaintenanceTask
{
    private const string Unavailable = "42P01";

    public string Name => "monthly-report";

    public string Summary =>
        "Reports growth, capacity, slowest queries, least used documents and duplicates, plans which indexes to build anew, and drops old versions.";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        // The steps have their own report; what is added to it here changes nothing.
        var upkeep = await steps.RunAsync(
            context, [new OrphanStep(), new IndexStep(), new ReindexPlanStep(), new ActivityStep(), new SizeStep(After: true)], cancellationToken);
        var tally = new ReportBuilder { Examined = upkeep.Examined, Changed = upkeep.Changed, Failed = upkeep.Failed };
        await GrowthAsync(tally, upkeep, cancellationToken);
        await SlowestAsync(tally, cancellationToken);
        await LeastUsedAsync(tally, cancellationToken);
        await DuplicatesAsync(tally, cancellationToken);
        var report = tally.Report();
        return report with
        {
            Notes = [.. report.Notes, .. upkeep.Notes],
            Before = report.Before,
            After = upkeep.After.Concat(report.After).DistinctBy(figure => figure.Key).ToDictionary(),
        };
    }

    /// <summary>Against the oldest daily report that is kept, of a month ago or less.</summary>
    private async Task GrowthAsync(ReportBuilder tally, TaskReport now, CancellationToken cancellationToken)
    {
        var daily = await runs.SucceededAsync("database-daily", 31, cancellationToken);
        var first = daily.LastOrDefault(run => !run.DryRun && run.Report!.After.ContainsKey("database.total_bytes"));
        if (first is null)
        {
            tally.Note("Growth: there is no daily report yet to compare with.");
            return;
        }

        foreach (var (figure, bytes) in now.After.Where(figure => figure.Key.EndsWith(".total_bytes", StringComparison.Ordinal)))
        {
            if (first.Report!.After.TryGetValue(figure, out var then))
            {
                tally.Before(figure, then);
                if (bytes - then > 1 << 20)
                {
                    tally.Note(FormattableString.Invariant(
                        $"{figure.Split('.')[0]} grew by {(bytes - then) / 1048576.0:0.#} MiB to {bytes / 1048576.0:0.#} MiB since {first.FinishedAt:yyyy-MM-dd}."));
                }
            }
        }
    }

    private async Task SlowestAsync(ReportBuilder tally, CancellationToken cancellationToken)
    {
        if (!await dataSource.Command("select to_regclass('pg_stat_statements') is not null").ScalarAsync<bool>(cancellationToken))
        {
            tally.Note("Slowest queries: the extension pg_stat_statements is not installed.");
            return;
        }

        try
        {
            var slowest = await dataSource.Command("""
                select round(mean_exec_time::numeric, 1)::float8, calls, left(regexp_replace(query, '\s+', ' ', 'g'), 120)
                from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database()) and calls > 5
                order by mean_exec_time desc limit 10
                """).ListAsync(row => (Mean: row.GetDouble(0), Calls: row.GetInt64(1), Query: row.GetString(2)), cancellationToken);
            foreach (var query in slowest)
            {
                tally.Note(FormattableString.Invariant($"Slow: {query.Mean} ms on average, {query.Calls} times: {query.Query}"));
            }
        }
        catch (PostgresException ex) when (ex.SqlState is Unavailable or PostgresErrorCodes.ObjectNotInPrerequisiteState)
        {
            tally.Note($"Slowest queries: {ex.MessageText}.");
        }
    }

    /// <summary>Ready documents of which no search of the last month found a passage.</summary>
    private async Task LeastUsedAsync(ReportBuilder tally, CancellationToken cancellationToken)
    {
        var unused = await dataSource.Command("""
            with found as (
                select distinct c.document_id from searches s cross join unnest(s.chunk_ids) as hit(id) join chunks c on c.id = hit.id
                where s.created_at > now() - interval '30 days')
            select d.id::text, count(*) over () from documents d
            where d.ready_version is not null and d.created_at < now() - interval '30 days' and d.id not in (select document_id from found)
            order by d.created_at limit 10
            """).ListAsync(row => (Id: row.GetString(0), Count: row.GetInt64(1)), cancellationToken);
        tally.After("documents.unused", unused.Count > 0 ? unused[0].Count : 0);
        if (unused.Count > 0)
        {
            tally.Note($"{unused[0].Count} documents were in no search result for 30 days, the oldest: {string.Join(", ", unused.Select(document => document.Id))}.");
        }
    }

    private async Task DuplicatesAsync(ReportBuilder tally, CancellationToken cancellationToken)
    {
        var (copies, bytes) = (await dataSource.Command("""
            select coalesce(sum(copies - 1), 0)::int8, coalesce(sum((copies - 1) * size), 0)::int8
            from (select count(*) as copies, max(size_bytes) as size from documents group by sha256 having count(*) > 1) same
            """).ListAsync(row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken))[0];
        tally.After("documents.duplicates", copies);
        if (copies > 0)
        {
            tally.Note(FormattableString.Invariant($"{copies} documents have the same bytes as one in another collection, {bytes / 1048576.0:0.#} MiB."));
        }
    }
}

/// <summary>Which indexes the next weekly run would build anew.</summary>
internal sealed class ReindexPlanStep : IDatabaseStep
{
    public string Title => "plan";

    public async Task RunAsync(DatabaseRun run, CancellationToken cancellationToken)
    {
        foreach (var index in (await IndexSize.AllAsync(run.Connection, cancellationToken)).Where(index => index.IsWorn(run.Options)))
        {
            run.ReportBuilder.Note($"To be built anew next Sunday: {index.Name}, {index.Reason}.");
        }
    }
}
