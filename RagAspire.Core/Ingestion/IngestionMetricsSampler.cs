using Npgsql;
using RagAspire.Database;

namespace RagAspire.Ingestion;

/// <summary>Measures the queue of waiting documents. It runs in every process, because a dead worker cannot report.</summary>
public sealed class IngestionMetricsSampler(
    NpgsqlDataSource dataSource, IngestionMetrics metrics, DatabaseStartup database, TimeProvider time)
    : PollingService(database, time)
{
    protected override TimeSpan Interval => TimeSpan.FromSeconds(5);

    protected override async Task PollAsync(CancellationToken cancellationToken) =>
        metrics.Queue((await dataSource.Command("""
            select count(*), coalesce(extract(epoch from now() - min(c.created_at)), 0)::float8
            from documents d join document_contents c on c.document_id = d.id and c.version = d.version
            where d.status in ('pending', 'processing')
            """).FirstAsync(row => new IngestionBacklog(row.GetInt64(0), row.GetDouble(1)), cancellationToken))!);
}
