using RagAspire.Database;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Ingestion;

/// <summary>Measures what waits for vectors. It runs in every process, because a dead worker cannot report.</summary>
public sealed class EmbeddingMetricsSampler(
    OutstandingVectors outstanding, Embedder embedder, EmbeddingMetrics metrics, DatabaseStartup database, TimeProvider time)
    : PollingService(database, time)
{
    protected override TimeSpan Interval => TimeSpan.FromSeconds(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        embedder.Model is null ? Task.CompletedTask : base.ExecuteAsync(stoppingToken);

    protected override async Task PollAsync(CancellationToken cancellationToken) =>
        metrics.Waiting(await outstanding.BacklogAsync(embedder.Model!, cancellationToken));
}
