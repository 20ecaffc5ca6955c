using System.Collections.Concurrent;

namespace RagAspire.Vectors.Sync;

/// <summary>
/// Names the state of each collection that searches see. A result that was cached under one generation is never served
/// under the next.
/// </summary>
public sealed class IndexGeneration
{
    private readonly ConcurrentDictionary<string, long> _newest = new();
    private string _installation = "";
    private long _cleaned = long.MaxValue;
    private long _last;
    private volatile bool _isLoaded;
    private volatile bool _isCurrent;

    /// <summary>The index holds everything that PostgreSQL held when this process started.</summary>
    public bool IsLoaded => _isLoaded;

    /// <summary>
    /// The collection's generation in this installation; null while changes cannot be followed, when nothing may be cached.
    /// </summary>
    public string? Of(string collection)
    {
        if (!_isCurrent || !_isLoaded)
        {
            return null;
        }

        // Stale points take up places among the hits, so their removal changes results as well.
        var newest = _newest.GetValueOrDefault(collection);
        return $"{_installation}:{newest}{(newest <= Volatile.Read(ref _cleaned) ? "" : ":stale")}";
    }

    /// <summary>Identifies the data that the index belongs to; null before it is loaded.</summary>
    public string? Installation => _isLoaded ? _installation : null;

    /// <summary>The newest change of the collection that this process has applied.</summary>
    public long NewestOf(string collection) => _newest.GetValueOrDefault(collection);

    /// <summary>The newest change of any collection that this process has applied, and all before it.</summary>
    public long Newest => Volatile.Read(ref _last);

    internal void Loaded(Guid installation, IReadOnlyDictionary<string, long> newest)
    {
        _installation = installation.ToString("N");
        foreach (var (collection, sequence) in newest)
        {
            Moved(collection, sequence);
        }

        _isLoaded = true;
    }

    internal void Moved(string collection, long sequence)
    {
        _newest.AddOrUpdate(collection, sequence, (_, known) => Math.Max(known, sequence));

        // Changes come in order and from one thread. Written last: a reader of this one finds those of all collections.
        Volatile.Write(ref _last, Math.Max(_last, sequence));
    }

    /// <param name="sequence">The change up to which the index holds no stale points.</param>
    internal void Cleaned(long sequence) => Volatile.Write(ref _cleaned, sequence);

    internal void Current(bool isCurrent) => _isCurrent = isCurrent;
}
