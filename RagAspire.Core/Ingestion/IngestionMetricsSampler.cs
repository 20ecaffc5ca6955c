using RagAspire.Database;
using RagAspire.Documents;

namespace RagAspire.Ingestion;

/// <summary>Measures the queue of waiting documents. It runs in every process, because a dead worker cannot report.</summary>
public sealed class IngestionMetricsSampler(
    DocumentBacklog backlog, IngestionMetrics metrics, DatabaseStartup database, TimeProvider time)
    : PollingService(database, time)
{
    protected override TimeSpan Interval => TimeSpan.FromSeconds(5);

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        var unfinished = await backlog.CountAsync(cancellationToken);
        metrics.Queue(new IngestionBacklog(unfinished.Pending + unfinished.Processing, unfinished.OldestSeconds));
    }
}
