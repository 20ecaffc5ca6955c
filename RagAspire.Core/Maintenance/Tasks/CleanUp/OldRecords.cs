using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Maintenance.Runs;

namespace RagAspire.Maintenance.Tasks.CleanUp;

/// <summary>Expired leases on documents, old records of jobs, runs and usage, and uploads without a document.</summary>
public sealed class OldRecords(
    NpgsqlDataSource dataSource, DocumentStore documents, RunStore runs, IOptions<CleanUpOptions> options, TimeProvider time)
{
    private const int InitialRows = 100;
    private const int MaxRows = 1_000;

    public async Task CleanAsync(ReportBuilder report, bool dryRun, CancellationToken cancellationToken)
    {
        Count(report, await ReleaseAsync(dryRun, cancellationToken), "expired leases", dryRun);

        // Hangfire removes succeeded jobs after a day; failed ones stay for operators to inspect.
        const string failed = "statename = 'Failed' and createdat < now() - make_interval(days => $1)";
        var jobs = await DeleteAsync("hangfire.job", "id", failed, options.Value.JobDays, dryRun, cancellationToken);
        Count(report, jobs, "old job records", dryRun);

        const string orphaned = """
            t.created_at < now() - make_interval(days => $1) and not exists (
                select from documents d where d.id = t.document_id and t.version in (d.version, d.ready_version))
            """;
        var uploads = await DeleteAsync("document_contents", "(document_id, version)", orphaned, 1, dryRun, cancellationToken);
        Count(report, uploads, "orphaned uploads", dryRun);

        const string old = "t.hour < now() - make_interval(days => $1)";
        var usage = await DeleteAsync(
            "model_usage", "(key_id, hour, collection, model, kind, currency)", old, options.Value.UsageDays, dryRun, cancellationToken);
        Count(report, usage, "old records of usage", dryRun);

        const string received = "t.created_at < now() - make_interval(days => $1)";
        var batches = await DeleteAsync("document_batches", "id", received, options.Value.BatchDays, dryRun, cancellationToken);
        Count(report, batches, "old records of batches", dryRun);

        // The ids only tell a batch that is sent again within minutes.
        const string written = "t.written_at < now() - make_interval(days => $1)";
        await DeleteAsync("model_usage_batches", "id", written, 1, dryRun, cancellationToken);
        const string ended = "t.finished_at < now() - make_interval(days => $1)";
        var deliveries = await DeleteAsync("webhook_deliveries", "id", ended, options.Value.WebhookDays, dryRun, cancellationToken);
        Count(report, deliveries, "old deliveries to webhooks", dryRun);

        // Budgets are told once in their period, which is a month at most.
        const string marked = "t.at < now() - make_interval(days => $1)";
        await DeleteAsync("webhook_marks", "mark", marked, 62, dryRun, cancellationToken);
        if (!dryRun)
        {
            Count(report, await runs.PruneAsync(cancellationToken), "old maintenance runs", dryRun);
        }
    }

    private async Task<int> ReleaseAsync(bool dryRun, CancellationToken cancellationToken) => dryRun
        ? await dataSource.Command("select count(*)::int from documents where status = 'processing' and claimed_until < now()")
            .ScalarAsync<int>(cancellationToken)
        : (await documents.ReleaseExpiredAsync(cancellationToken)).Count;

    private async Task<long> DeleteAsync(
        string table, string key, string where, int days, bool dryRun, CancellationToken cancellationToken)
    {
        if (dryRun)
        {
            return await dataSource.Command($"select count(*) from {table} t where {where}", days)
                .ScalarAsync<long>(cancellationToken);
        }

        var sql = $"delete from {table} where {key} in (select {key.Trim('(', ')')} from {table} t where {where} limit $2)";
        return await new Throttle(InitialRows, MaxRows, time).DeleteAllAsync(
            rows => dataSource.Command(sql, days, rows).ExecuteAsync(cancellationToken), progress: null, cancellationToken);
    }

    private static void Count(ReportBuilder report, long count, string records, bool dryRun)
    {
        report.Examined += count;
        report.Changed += count;
        if (count > 0)
        {
            report.Note($"{count} {records} {(dryRun ? "would be removed" : "removed")}.");
        }
    }
}
