using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using RagAspire.Vectors.Terms;

namespace RagAspire.Vectors.InProcess;

/// <summary>The index inside this process: nothing to install, exact answers, as large as memory allows.</summary>
/// <remarks>
/// It starts empty and refuses searches until <see cref="Open"/> is called, because half an index answers wrongly without
/// looking wrong. Searches read immutable segments and take no lock; writes are serialised.
/// Collections share nothing but memory: statistics, and so scores, come from the searched collection alone.
/// </remarks>
public sealed class InProcessVectorIndex(IOptions<Bm25Options> bm25, IOptions<HybridOptions> hybrid) : IVectorIndex, IDisposable
{
    private const int MaxBatch = 1 << 16;

    private readonly ConcurrentDictionary<string, CollectionIndex> _collections = new(StringComparer.Ordinal);
    private readonly PointDirectory _directory = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private volatile string? _closedBecause = "The index is being filled";
    private volatile StrongBox<int>? _dimensions;

    public string Name => "in-process";

    public bool IsShared => false;

    /// <summary>Allows searches: the index is complete.</summary>
    public void Open() => _closedBecause = null;

    /// <summary>Refuses searches, because the index can no longer be trusted to be complete.</summary>
    public void Close(string reason) => _closedBecause = reason;

    public async Task UpsertAsync(IReadOnlyList<IndexPoint> points, CancellationToken cancellationToken)
    {
        PointRules.Check(points);
        await _writing.WaitAsync(cancellationToken);
        try
        {
            CheckDimensions(points);
            foreach (var batch in PointRules.Latest(points).Chunk(MaxBatch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var group in batch.GroupBy(p => p.Collection, StringComparer.Ordinal))
                {
                    Write(group.Key, [.. group]);
                }
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    public async Task RemoveAsync(Guid documentId, int? belowVersion, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            RemoveChunks(_directory.ChunksOf(documentId, belowVersion));
        }
        finally
        {
            _writing.Release();
        }
    }

    public async Task RemoveChunksAsync(IReadOnlyCollection<Guid> chunkIds, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            RemoveChunks(chunkIds);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<IndexedChunk>> ScanAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var view in _collections.Values.ToList().SelectMany(collection => collection.Current.Segments))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return view.Chunks();
            await Task.Yield();
        }
    }

    public Task<IReadOnlyList<IndexHit>> SearchAsync(IndexQuery query, CancellationToken cancellationToken)
    {
        PointRules.Check(query, _dimensions?.Value);
        cancellationToken.ThrowIfCancellationRequested();
        if (_closedBecause is { } reason)
        {
            throw new VectorIndexUnavailableException(reason);
        }

        return Task.FromResult<IReadOnlyList<IndexHit>>(Search(Current(query.Collection), query));
    }

    public Task<IReadOnlyList<double>?> RarityAsync(
        string collection, IReadOnlyList<uint> terms, CancellationToken cancellationToken)
    {
        var current = Current(collection);
        return Task.FromResult<IReadOnlyList<double>?>(
            [.. terms.Select(term => TextSearch.InverseDocumentFrequency(current, term))]);
    }

    private CollectionSnapshot Current(string collection) =>
        _collections.GetValueOrDefault(collection)?.Current ?? CollectionSnapshot.Empty;

    public async Task<IndexStatus> StatusAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            var bytes = _directory.Bytes + _collections.Values.Sum(c => c.Current.Bytes);
            return new IndexStatus(_directory.Count, _dimensions?.Value, bytes);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>
    /// Gives back the memory of removed points at once; otherwise it happens when a fifth of a segment is gone.
    /// </summary>
    public async Task CompactAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            foreach (var (name, collection) in _collections)
            {
                cancellationToken.ThrowIfCancellationRequested();
                collection.Compact().ForEach(made => _directory.Place(name, made));
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose() => _writing.Dispose();

    private List<IndexHit> Search(CollectionSnapshot collection, IndexQuery query)
    {
        var filter = new PointFilter(query.Tags, query.Groups, query.Filter?.Root);
        if (query.Dense is null)
        {
            return TextSearch.Search(collection, query.Terms!, filter, query.Limit, bm25.Value).BestFirst();
        }

        if (query.Terms is null || query.Terms.Indices.Length == 0)
        {
            return DenseSearch.Search(collection, query.Dense, filter, query.Limit);
        }

        var depth = hybrid.Value.Depth(query.Limit);
        var text = TextSearch.Search(collection, query.Terms, filter, depth, bm25.Value);
        var dense = DenseSearch.Search(collection, query.Dense, filter, depth);
        return HybridFusion.Fuse(text.BestFirst(), dense, text.Bare(), hybrid.Value, query.Limit);
    }

    private void Write(string name, List<IndexPoint> points)
    {
        var segment = SegmentBuilder.Build(points);
        var collection = _collections.GetOrAdd(name, _ => new CollectionIndex());
        var removed = Forget(points.Select(p => p.ChunkId));
        collection.Change(segment, removed.GetValueOrDefault(name, []));
        _directory.Place(name, segment);
        foreach (var (other, slots) in removed.Where(r => r.Key != name))
        {
            _collections[other].Change(null, slots);
        }

        removed.Keys.Append(name).Distinct(StringComparer.Ordinal).ToList().ForEach(Tidy);
    }

    private void RemoveChunks(IReadOnlyCollection<Guid> chunks)
    {
        foreach (var (name, slots) in Forget(chunks))
        {
            _collections[name].Change(null, slots);
            Tidy(name);
        }

        if (_directory.Count == 0)
        {
            _dimensions = null;
        }
    }

    /// <summary>Takes the chunks out of the directory; what is left to do is to remove their slots, by collection.</summary>
    private Dictionary<string, Dictionary<Segment, List<int>>> Forget(IEnumerable<Guid> chunks)
    {
        var removed = new Dictionary<string, Dictionary<Segment, List<int>>>(StringComparer.Ordinal);
        foreach (var chunk in chunks)
        {
            if (_directory.TryFind(chunk, out var address))
            {
                var segments = GetOrAdd(removed, address.Collection);
                GetOrAdd(segments, address.Segment).Add(address.Slot);
                _directory.Remove(chunk);
            }
        }

        return removed;
    }

    private static TValue GetOrAdd<TKey, TValue>(Dictionary<TKey, TValue> values, TKey key)
        where TKey : notnull
        where TValue : new()
    {
        if (!values.TryGetValue(key, out var value))
        {
            values[key] = value = new TValue();
        }

        return value;
    }

    private void Tidy(string name)
    {
        var collection = _collections[name];
        collection.Tidy().ForEach(made => _directory.Place(name, made));
        if (collection.Current.Count == 0)
        {
            _collections.TryRemove(name, out _);
        }
    }

    private void CheckDimensions(IReadOnlyList<IndexPoint> points)
    {
        var known = PointRules.Dimensions(points, _dimensions?.Value);
        _dimensions = known is { } dimensions ? new StrongBox<int>(dimensions) : null;
    }
}
