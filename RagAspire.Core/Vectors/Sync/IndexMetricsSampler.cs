using RagAspire.Database;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Vectors.Sync;

/// <summary>Counts the searchable chunks of the database and of the index of this process, one right after the other.</summary>
public sealed class IndexMetricsSampler(
    EmbeddingStore embeddings,
    IVectorIndex index,
    IndexGeneration generation,
    IndexMetrics metrics,
    DatabaseStartup database,
    TimeProvider time) : PollingService(database, time)
{
    protected override TimeSpan Interval => TimeSpan.FromSeconds(generation.IsLoaded ? 30 : 1);

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        if (generation.IsLoaded)
        {
            var stored = await embeddings.ReadyCountAsync(cancellationToken);
            metrics.Counted(stored, await index.StatusAsync(cancellationToken));
        }
    }

    protected override bool IsTemporary(Exception exception) =>
        exception is VectorIndexUnavailableException || base.IsTemporary(exception);

    protected override void Skipped(Exception exception) => metrics.NotCounted();
}
