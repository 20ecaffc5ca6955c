using System.Diagnostics;
using Microsoft.Extensions.Logging;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.InProcess;

namespace RagAspire.Vectors.Sync;

/// <summary>
/// Fills the index of this process from PostgreSQL, and writes and removes the points of every changed document.
/// </summary>
internal sealed partial class InProcessIndexFollower(
    InProcessVectorIndex index,
    StalePoints stale,
    DocumentChanges changes,
    EmbeddingStore embeddings,
    ILogger<InProcessIndexFollower> logger) : IIndexFollower
{
    private const int LoadBatch = 1000;

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var count = 0;
        var batch = new List<IndexPoint>(LoadBatch);
        await foreach (var point in embeddings.ReadyPointsAsync(cancellationToken))
        {
            batch.Add(point);
            if (batch.Count == LoadBatch)
            {
                await index.UpsertAsync(batch, cancellationToken);
                count += batch.Count;
                batch = new List<IndexPoint>(LoadBatch);
            }
        }

        await index.UpsertAsync(batch, cancellationToken);
        index.Open();
        Log.Loaded(logger, count + batch.Count, Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds);
    }

    public async Task<long> ApplyAsync(IReadOnlyList<DocumentChange> page, CancellationToken cancellationToken)
    {
        foreach (var documentId in page.Select(change => change.DocumentId).Distinct())
        {
            if (await changes.ReadyVersionAsync(documentId, cancellationToken) is { } version)
            {
                await index.UpsertAsync(await embeddings.PointsAsync(documentId, version, cancellationToken), cancellationToken);
            }

            await stale.RemoveAsync(documentId, cancellationToken);
        }

        // Stale points are removed with each change, so none are ever left.
        return long.MaxValue;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Loaded {Points} chunks into the index in {Milliseconds:0} ms")]
        public static partial void Loaded(ILogger logger, int points, double milliseconds);
    }
}
