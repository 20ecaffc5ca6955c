using RagAspire.Documents;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Sync;

namespace RagAspire.Ingestion;

/// <summary>Writes the points of a new version, and later their vectors, into an index that all processes share.</summary>
/// <remarks>
/// Every index is written once. A shared index is written here, before the version becomes the searched one: a search after
/// that finds it, and ingestion waits while the index is away. An index inside a process is written by the
/// <see cref="IndexSync"/> of that process, after the change was appended to the feed. Points of older versions are removed
/// after the switch, also from the feed: by <see cref="IndexSync"/> or, in a shared index, by <see cref="SharedIndexCleanup"/>.
/// Until then the search drops them, because it reads every hit through the searched version in PostgreSQL. A kill at any
/// point loses nothing: before the switch the job runs again, and after it the feed holds the change.
/// </remarks>
public sealed class SharedIndexWriter(EmbeddingStore embeddings, IVectorIndex index)
{
    private const int BatchSize = 256;

    /// <param name="report">Called after each batch with the share that is done, 0–1.</param>
    /// <exception cref="VectorIndexUnavailableException">The index cannot be reached now; the document waits.</exception>
    public async Task WriteAsync(Document document, Func<double, Task> report, CancellationToken cancellationToken)
    {
        if (!index.IsShared)
        {
            return;
        }

        var points = await embeddings.PointsAsync(document.Id, document.Version, cancellationToken);
        var done = 0;
        foreach (var batch in points.Chunk(BatchSize))
        {
            await index.UpsertAsync(batch, cancellationToken);
            done += batch.Length;
            await report((double)done / points.Count);
        }
    }

    /// <summary>Writes the points of some chunks again, with what PostgreSQL does not hold yet.</summary>
    /// <exception cref="VectorIndexUnavailableException">The index cannot be reached now.</exception>
    public async Task RewriteAsync(Guid[] chunks, Func<IndexPoint, IndexPoint> change, CancellationToken cancellationToken)
    {
        foreach (var batch in index.IsShared ? chunks.Chunk(BatchSize) : [])
        {
            var points = await embeddings.ReadyPointsAsync(batch, cancellationToken);
            await index.UpsertAsync([.. points.Select(change)], cancellationToken);
        }
    }
}
