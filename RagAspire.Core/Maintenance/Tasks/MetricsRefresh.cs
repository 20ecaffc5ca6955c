using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;

namespace RagAspire.Maintenance.Tasks;

/// <summary>Computes the metrics that are too expensive to compute at every scrape.</summary>
public sealed class MetricsRefresh(NpgsqlDataSource dataSource, StoredMetrics metrics) : IMaintenanceTask
{
    public string Name => "metrics";

    public string Summary =>
        "Counts documents by status, their bytes, duplicates and chunk sizes, for the metrics and for this report.";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        var report = new ReportBuilder();
        context.Report(0, 3, "documents");
        var counted = (await dataSource.Command(
            "select status, count(*), coalesce(sum(size_bytes), 0)::int8 from documents group by status").ListAsync(
            row => (Status: row.GetString(0), Count: row.GetInt64(1), Bytes: row.GetInt64(2)), cancellationToken))
            .ToDictionary(row => row.Status);

        // A status without documents is exported as zero.
        var statuses = Enum.GetValues<DocumentStatus>().Select(status => status.Word())
            .Select(status => (Status: status, Count: counted.TryGetValue(status, out var row) ? row.Count : 0)).ToList();
        foreach (var (status, count) in statuses)
        {
            report.Examined += count;
            report.After($"documents.{status}", count);
        }

        report.After("documents.bytes", counted.Values.Sum(row => row.Bytes));
        context.Report(1, 3, "duplicates");
        report.After("documents.duplicates", await dataSource.Command(
            "select count(*) - count(distinct sha256) from documents").ScalarAsync<long>(cancellationToken));
        context.Report(2, 3, "chunks");
        await ChunksAsync(report, cancellationToken);
        if (!context.DryRun)
        {
            await metrics.ReplaceAsync(
                MaintenanceMetrics.Documents,
                statuses.Select(row => new StoredMetric(
                    MaintenanceMetrics.Documents, new Dictionary<string, string> { ["status"] = row.Status }, row.Count)),
                cancellationToken);
            report.Changed = statuses.Count;
        }

        return report.Build();
    }

    private async Task ChunksAsync(ReportBuilder report, CancellationToken cancellationToken)
    {
        var (count, average, median, max) = (await dataSource.Command("""
            select count(*), coalesce(avg(token_count), 0)::float8,
                coalesce(percentile_cont(0.5) within group (order by token_count), 0), coalesce(max(token_count), 0)::float8
            from chunks
            """).ListAsync(row => (row.GetInt64(0), row.GetDouble(1), row.GetDouble(2), row.GetDouble(3)), cancellationToken))[0];
        report.After("chunks", count);
        report.After("chunks.tokens.average", average);
        report.After("chunks.tokens.median", median);
        report.After("chunks.tokens.most", max);
    }
}
