using Microsoft.Extensions.Logging;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Vectors.Sync;

/// <summary>Applies changes of the feed to an index that all processes share.</summary>
public sealed partial class SharedIndexChanges(
    IVectorIndex index, StalePoints stale, EmbeddingStore embeddings, DocumentChanges changes, ILogger<SharedIndexChanges> logger)
{
    private const int PageSize = 100;
    private const int BatchSize = 500;

    /// <summary>Stands for the document in a change that tells of a repetition.</summary>
    private static readonly Guid Repetition = Guid.Empty;

    /// <summary>Removes the stale points of the changed documents, and writes those again whose labels have changed.</summary>
    public async Task ApplyAsync(IReadOnlyList<DocumentChange> page, CancellationToken cancellationToken)
    {
        await stale.RemoveAsync(DocumentsOf(page), cancellationToken);
        if (DocumentsOf(page.Where(change => change.AreLabels)) is { Length: > 0 } labels)
        {
            await WriteAsync(embeddings.ReadyPointsOfAsync(labels, cancellationToken), cancellationToken);
        }
    }

    /// <summary>
    /// Repeats changes that the index has lost, as after a fail-over to a copy that was behind. A repetition is a change of the
    /// feed itself, so that results from before it are not served from caches.
    /// </summary>
    /// <param name="cursor">The change up to which the index was kept in step.</param>
    /// <remarks>
    /// Changes that the feed has forgotten, and points that were lost before their document became ready, are left to the
    /// reconciliation.
    /// </remarks>
    public async Task CatchUpAsync(long cursor, CancellationToken cancellationToken)
    {
        var position = await PositionAsync(cursor, cancellationToken);
        if (position >= cursor)
        {
            return;
        }

        Log.Behind(logger, position, cursor);
        if (position == 0)
        {
            await FillAsync(cancellationToken);
            await index.MoveAsync(cursor, cancellationToken);
            return;
        }

        while (position < cursor)
        {
            var next = await changes.AfterAsync(position, PageSize, cancellationToken);
            var page = next.TakeWhile(change => change.Sequence <= cursor).ToList();
            await RepeatAsync(page, cancellationToken);
            position = page.Count < PageSize ? cursor : page[^1].Sequence;
            await index.MoveAsync(position, cancellationToken);
        }
    }

    /// <summary>The position of the index. One without any was made anew, or is of an earlier version of the product.</summary>
    private async Task<long> PositionAsync(long cursor, CancellationToken cancellationToken)
    {
        if (await index.PositionAsync(cancellationToken) is { } known)
        {
            return known;
        }

        var stored = await embeddings.ReadyCountAsync(cancellationToken);
        var position = (await index.StatusAsync(cancellationToken)).Points < stored ? 0 : cursor;
        await index.MoveAsync(position, cancellationToken);
        return position;
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        await WriteAsync(embeddings.ReadyPointsAsync(cancellationToken), cancellationToken);
        await RepeatedAsync((await changes.NewestAsync(cancellationToken)).Keys, cancellationToken);
    }

    private async Task RepeatAsync(IReadOnlyList<DocumentChange> page, CancellationToken cancellationToken)
    {
        var documents = DocumentsOf(page);
        await WriteAsync(embeddings.ReadyPointsOfAsync(documents, cancellationToken), cancellationToken);
        await stale.RemoveAsync(documents, cancellationToken);

        // A repetition is not repeated: workers of two versions, of which one keeps no position, would do so without end.
        var others = page.Where(change => change.DocumentId != Repetition);
        await RepeatedAsync(others.Select(change => change.Collection).Distinct(), cancellationToken);
    }

    private async Task RepeatedAsync(IEnumerable<string> collections, CancellationToken cancellationToken)
    {
        foreach (var collection in collections)
        {
            await changes.AppendAsync(Repetition, collection, cancellationToken);
        }
    }

    private static Guid[] DocumentsOf(IEnumerable<DocumentChange> page) =>
        [.. page.Select(change => change.DocumentId).Distinct()];

    private async Task WriteAsync(IAsyncEnumerable<IndexPoint> points, CancellationToken cancellationToken)
    {
        await foreach (var batch in points.Chunk(BatchSize).WithCancellation(cancellationToken))
        {
            await index.UpsertAsync(batch, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "The vector index is behind: it holds changes up to {Position} where it held them up to {Cursor}; they are repeated")]
        public static partial void Behind(ILogger logger, long position, long cursor);
    }
}
