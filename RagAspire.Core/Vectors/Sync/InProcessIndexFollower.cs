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

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var count = await WriteAsync(embeddings.ReadyPointsAsync(cancellationToken), cancellationToken);
        index.Open();
        Log.Loaded(logger, count, Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds);
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
        await using var batches = points.Chunk(BatchSize).GetAsyncEnumerator(cancellationToken);
        var hasNext = await batches.MoveNextAsync();
        while (hasNext)
        {
            // The next batch is read meanwhile.
            var batch = batches.Current;
            var written = Task.Run(() => index.UpsertAsync(batch, cancellationToken), cancellationToken);
            try
            {
                hasNext = await batches.MoveNextAsync();
            }
            finally
            {
                await written;
            }

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
