using RagAspire.Documents.ChangeFeed;

namespace RagAspire.Vectors.Sync;

/// <summary>Applies the change feed to this process: to its index, and to the generations that its caches depend on.</summary>
public sealed class IndexSync(IIndexFollower index, DocumentChanges changes, IndexGeneration generation)
{
    private bool _isLoaded;

    /// <summary>The sequence number of the newest change that is applied.</summary>
    public long Position { get; private set; }

    /// <summary>Loads the index at the first call, and allows caching again after an interruption.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_isLoaded)
        {
            // Read first: a change that is committed during the load is then applied twice rather than never.
            var newest = await changes.NewestAsync(cancellationToken);
            Position = newest.Values.DefaultIfEmpty(0).Max();
            await index.LoadAsync(cancellationToken);
            generation.Cleaned(await index.ApplyAsync([], cancellationToken));
            generation.Loaded(await changes.InstallationAsync(cancellationToken), newest);
            _isLoaded = true;
        }

        generation.Current(true);
    }

    /// <summary>Forbids caching until changes can be followed again.</summary>
    public void Interrupted() => generation.Current(false);

    /// <param name="page">The changes after <see cref="Position"/>; empty to look only for points that were removed.</param>
    public async Task ApplyAsync(IReadOnlyList<DocumentChange> page, CancellationToken cancellationToken)
    {
        var cleaned = await index.ApplyAsync(page, cancellationToken);
        foreach (var change in page)
        {
            generation.Moved(change.Collection, change.Sequence);
            Position = change.Sequence;
        }

        generation.Cleaned(cleaned);
    }
}
