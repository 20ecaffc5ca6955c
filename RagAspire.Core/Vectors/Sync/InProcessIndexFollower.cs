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
    EmbeddingStore embeddings,
    ILogger<InProcessIndexFollower> logger) : IIndexFollower
{
    private const int BatchSize = 1000;
    private const int MostParts = 4;

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();

        // A connection is served by one process of PostgreSQL, and half of the work is its.
        var parts = Math.Clamp(Environment.ProcessorCount, 1, MostParts);
        var counts = await Task.WhenAll(Enumerable.Range(0, parts).Select(
            part => WriteAsync(embeddings.ReadyPointsAsync(part, parts, cancellationToken), cancellationToken)));
        index.Open();
        Log.Loaded(logger, counts.Sum(), Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds);
    }

    public async Task<long> ApplyAsync(IReadOnlyList<DocumentChange> page, CancellationToken cancellationToken)
    {
        var documents = page.Select(change => change.DocumentId).Distinct().ToArray();
        if (documents.Length > 0)
        {
            await WriteAsync(embeddings.ReadyPointsOfAsync(documents, cancellationToken), cancellationToken);
            await stale.RemoveAsync(documents, cancellationToken);
        }

        // Stale points are removed with each change, so none are ever left.
        return long.MaxValue;
    }

    /// <returns>The number of points.</returns>
    private async Task<int> WriteAsync(IAsyncEnumerable<IndexPoint> points, CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var batch in points.Chunk(BatchSize).WithCancellation(cancellationToken))
        {
            await index.UpsertAsync(batch, cancellationToken);
            count += batch.Length;
        }

        return count;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Loaded {Points} chunks into the index in {Milliseconds:0} ms")]
        public static partial void Loaded(ILogger logger, int points, double milliseconds);
    }
}
