using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Maintenance.Runs;

namespace RagAspire.Maintenance.Tasks.CleanUp;

/// <summary>Every night: files, claims, job records and caches that nobody needs any more.</summary>
public sealed class CleanUpTask(
    OldFiles files, OldRecords records, CacheBudget caches, UnusedContainers containers) : IMaintenanceTask
{
    public string Name => "clean-up";

    public string Summary => "Removes old log and temporary files, expired claims, old job records, orphaned uploads and caches over their budget.";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        var tally = new ReportBuilder();
        context.Report(0, 4, "files");
        files.Clean(tally, context.DryRun, cancellationToken);
        context.Report(1, 4, "claims and records");
        await records.CleanAsync(tally, context.DryRun, cancellationToken);
        context.Report(2, 4, "containers");
        await containers.CleanAsync(tally, context.DryRun, cancellationToken);
        context.Report(3, 4, "caches");
        try
        {
            await caches.CleanAsync(tally, context.DryRun, cancellationToken);
        }
        catch (MaintenanceException ex)
        {
            // All else is done, and said so in the report.
            tally.Fail(ex.Message);
        }

        return tally.Report();
    }
}

/// <summary>Claims of workers that fell silent, records of jobs and runs that are long over, and bytes that no document has.</summary>
public sealed class OldRecords(
    NpgsqlDataSource dataSource,
    DocumentStore documents,
    RunStore runs,
    IOptions<CleanUpOptions> options,
    IOptions<MaintenanceOptions> maintenance)
{
    private const int LeastRows = 100;
    private const int MostRows = 1_000;

    public async Task CleanAsync(ReportBuilder tally, bool dryRun, CancellationToken cancellationToken)
    {
        var expired = dryRun
            ? await dataSource.Command("select count(*)::int from documents where status = 'processing' and claimed_until < now()").ScalarAsync<int>(cancellationToken)
            : (await documents.ReleaseExpiredAsync(cancellationToken)).Count;
        Count(tally, expired, "expired claims", dryRun);

        // Those that succeeded go by themselves after a day; those that failed for good stay for people to look at.
        const string failed = "statename = 'Failed' and createdat < now() - make_interval(days => $1)";
        Count(tally, await DeleteAsync("hangfire.job", "id", failed, options.Value.JobDays, dryRun, cancellationToken), "old job records", dryRun);

        const string orphaned = """
            t.created_at < now() - make_interval(days => $1) and not exists (
                select from documents d where d.id = t.document_id and t.version in (d.version, d.ready_version))
            """;
        var uploads = await DeleteAsync("document_contents", "(document_id, version)", orphaned, 1, dryRun, cancellationToken);
        Count(tally, uploads, "orphaned uploads", dryRun);
        if (!dryRun)
        {
            Count(tally, await runs.PruneAsync(maintenance.Value.KeepRunsDays, cancellationToken), "old maintenance runs", dryRun);
        }
    }

    private async Task<int> DeleteAsync(
        string table, string key, string where, int days, bool dryRun, CancellationToken cancellationToken)
    {
        if (dryRun)
        {
            return await dataSource.Command($"select count(*)::int from {table} t where {where}", days).ScalarAsync<int>(cancellationToken);
        }

        var sql = $"delete from {table} where {key} in (select {key.Trim('(', ')')} from {table} t where {where} limit $2)";
        var pace = new Throttle(LeastRows, MostRows, TimeProvider.System);
        int all = 0, batch;
        do
        {
            batch = await pace.StepAsync(rows => dataSource.Command(sql, days, rows).ExecuteAsync(cancellationToken), cancellationToken);
            all += batch;
        }
        while (batch > 0);
        return all;
    }

    private static void Count(ReportBuilder tally, int count, string what, bool dryRun)
    {
        tally.Examined += count;
        tally.Changed += count;
        if (count > 0)
        {
            tally.Note($"{count} {what} {(dryRun ? "would be removed" : "removed")}.");
        }
    }
}
