using RagAspire.Documents.ChangeFeed;

namespace RagAspire.Vectors.Sync;

/// <summary>How one kind of index is kept in step with the change feed.</summary>
public interface IIndexFollower
{
    /// <summary>Fills the index with the state from which changes are followed.</summary>
    Task LoadAsync(CancellationToken cancellationToken);

    /// <summary>Applies a page of changes; an empty page only asks for the result.</summary>
    /// <returns>The sequence number up to which the index holds no stale points.</returns>
    Task<long> ApplyAsync(IReadOnlyList<DocumentChange> page, CancellationToken cancellationToken);
}

/// <summary>
/// Follows an index that all processes share. Ingestion writes it and <see cref="SharedIndexCleanup"/> removes from it, so
/// this process only asks how far the removal is.
/// </summary>
internal sealed class SharedIndexFollower(IVectorIndex index, DocumentChanges changes) : IIndexFollower
{
    public Task LoadAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<long> ApplyAsync(IReadOnlyList<DocumentChange> page, CancellationToken cancellationToken) =>
        changes.CursorAsync(index.Name, cancellationToken);
}
