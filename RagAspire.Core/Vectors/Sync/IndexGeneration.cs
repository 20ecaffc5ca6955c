using System.Collections.Concurrent;

namespace RagAspire.Vectors.Sync;

/// <summary>
/// Which state of a collection searches see now. What is cached under one generation is never served under the next.
/// </summary>
public sealed class IndexGeneration
{
    private readonly ConcurrentDictionary<string, long> _newest = new();
    private string _installation = "";
    private volatile bool _isLoaded;
    private volatile bool _isCurrent;

    /// <summary>The index holds what PostgreSQL held when this process began.</summary>
    public bool IsLoaded => _isLoaded;

    /// <summary>The collection's generation in this installation; null while changes cannot be heard, so that nothing may be cached.</summary>
    public string? Of(string collection) =>
        _isCurrent && _isLoaded ? $"{_installation}:{_newest.GetValueOrDefault(collection)}" : null;

    internal void Loaded(Guid installation, IReadOnlyDictionary<string, long> newest)
    {
        _installation = installation.ToString("N");
        foreach (var (collection, sequence) in newest)
        {
            Moved(collection, sequence);
        }

        _isLoaded = true;
    }

    internal void Moved(string collection, long sequence) =>
        _newest.AddOrUpdate(collection, sequence, (_, known) => Math.Max(known, sequence));

    internal void Current(bool isCurrent) => _isCurrent = isCurrent;
}
