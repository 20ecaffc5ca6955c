using System.Diagnostics;
using Microsoft.Extensions.Logging;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.InProcess;

namespace RagAspire.Vectors.Sync;

/// <summary>
/// What following the changes means for an index. One of this process alone is filled from PostgreSQL and gets the chunks
/// of every changed document; one that all processes share was written by whoever ingested, and only loses what is gone.
/// </summary>
public sealed partial class IndexSync(
    IVectorIndex index, DocumentChanges changes, EmbeddingStore embeddings, IndexGeneration generation, ILogger<IndexSync> logger)
{
    private const int LoadBatch = 1000;
    private bool _started;

    /// <summary>The newest change that is applied.</summary>
    public long Position { get; private set; }

    /// <summary>Begins, or goes on after an interruption.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_started)
        {
            var newest = await changes.NewestAsync(cancellationToken);
            if (index.IsShared)
            {
                Position = await changes.CursorAsync(index.Name, cancellationToken);
            }
            else
            {
                Position = newest.Values.DefaultIfEmpty(0).Max();
                await LoadAsync(cancellationToken);
            }

            generation.Loaded(await changes.InstallationAsync(cancellationToken), newest);
            _started = true;
        }

        generation.Current(true);
    }

    /// <summary>Changes cannot be heard: nothing may be cached until they can.</summary>
    public void Interrupted() => generation.Current(false);

    public async Task ApplyAsync(IReadOnlyList<DocumentChange> page, CancellationToken cancellationToken)
    {
        if (page.Count == 0)
        {
            return;
        }

        foreach (var documentId in page.Select(change => change.DocumentId).Distinct())
        {
            await ApplyAsync(documentId, cancellationToken);
        }

        Position = page[^1].Sequence;
        foreach (var change in page)
        {
            generation.Moved(change.Collection, change.Sequence);
        }

        if (index.IsShared)
        {
            await changes.MoveCursorAsync(index.Name, Position, cancellationToken);
        }
    }

    private async Task ApplyAsync(Guid documentId, CancellationToken cancellationToken)
    {
        var version = await changes.ReadyVersionAsync(documentId, cancellationToken);
        if (version is { } ready && !index.IsShared)
        {
            await index.UpsertAsync(await embeddings.PointsAsync(documentId, ready, cancellationToken), cancellationToken);
        }

        await index.RemoveAsync(documentId, version, cancellationToken);
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
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
        (index as InProcessVectorIndex)?.Open();
        Log.Loaded(logger, count + batch.Count, Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Loaded {Points} chunks into the index in {Milliseconds:0} ms")]
        public static partial void Loaded(ILogger logger, int points, double milliseconds);
    }
}
