using Grpc.Core;
using Microsoft.Extensions.Options;
using Qdrant.Client;
using Qdrant.Client.Grpc;
using RagAspire.Vectors.Terms;

namespace RagAspire.Vectors.Qdrant;

/// <summary>The index in a Qdrant server, which all processes share.</summary>
/// <remarks>
/// One Qdrant collection with a dense vector (cosine) and a sparse one (terms, rarity counted by Qdrant when it is asked).
/// A hybrid search is one request with both queries; the two rankings are fused here, by scores, exactly as the in-process
/// index does it. Qdrant can fuse by ranks, which measures worse (<see cref="HybridOptions"/>), or by scores of its own
/// scale, which would give other answers than the other index. A write is visible when its call returns.
/// </remarks>
public sealed class QdrantVectorIndex(
    QdrantClient client,
    IOptions<QdrantOptions> options,
    IOptions<Bm25Options> bm25,
    IOptions<HybridOptions> hybrid,
    TimeProvider clock) : IVectorIndex
{
    private static readonly WithPayloadSelector NoPayload = new() { Enable = false };
    private static readonly WithPayloadSelector HasVector = new() { Include = new() { Fields = { QdrantPayload.HasVector } } };

    private readonly QdrantSchema _schema = new(client, options.Value.Collection);
    private readonly QdrantStatistics _statistics = new(client, options, clock);

    public string Name => "qdrant";

    public bool IsShared => true;

    public async Task UpsertAsync(IReadOnlyList<IndexPoint> points, CancellationToken cancellationToken)
    {
        PointRules.Check(points);
        cancellationToken.ThrowIfCancellationRequested();
        await WriteAsync(
            async token =>
            {
                var dimensions = PointRules.Dimensions(points, await _schema.ReadDimensionsAsync(token));
                if (dimensions is { } known)
                {
                    await _schema.MakeDenseAsync(known, token);
                }

                return true;
            },
            cancellationToken);
        foreach (var batch in PointRules.Latest(points).Chunk(options.Value.BatchSize))
        {
            await WriteAsync(token => UpsertAsync(batch, token), cancellationToken);
        }
    }

    public Task RemoveAsync(Guid documentId, int? belowVersion, CancellationToken cancellationToken)
        => WriteAsync(
            token => client.DeleteAsync(
                options.Value.Collection, QdrantPayload.Of(documentId, belowVersion), cancellationToken: token),
            cancellationToken);

    public async Task RemoveChunksAsync(IReadOnlyCollection<Guid> chunkIds, CancellationToken cancellationToken)
    {
        foreach (var batch in chunkIds.Chunk(options.Value.BatchSize))
        {
            PointId[] ids = [.. batch.Select(QdrantIds.ToPointId)];
            await WriteAsync(
                token => client.DeleteAsync(options.Value.Collection, ids, cancellationToken: token), cancellationToken);
        }
    }

    public IAsyncEnumerable<IReadOnlyList<IndexedChunk>> ScanAsync(CancellationToken cancellationToken) => QdrantScan.RunAsync(
        (filter, offset, token) => RunAsync(
            options.Value.WriteTimeout,
            late => client.ScrollAsync(
                options.Value.Collection, filter, QdrantScan.PageSize, offset, QdrantScan.Payload, cancellationToken: late),
            token),
        _schema.Dimensions is not null,
        cancellationToken);

    public async Task<IReadOnlyList<IndexHit>> SearchAsync(IndexQuery query, CancellationToken cancellationToken)
    {
        PointRules.Check(query, _schema.Dimensions);
        return await RunAsync(options.Value.SearchTimeout, token => FindAsync(query, token), cancellationToken);
    }

    public Task<IndexStatus> StatusAsync(CancellationToken cancellationToken)
        => RunAsync(
            options.Value.SearchTimeout,
            async token => new IndexStatus(
                (long)await client.CountAsync(options.Value.Collection, cancellationToken: token)
                    - (await ReadPositionAsync(token) is null ? 0 : 1),
                await _schema.ReadDimensionsAsync(token),
                IsGreen: (await client.GetCollectionInfoAsync(options.Value.Collection, token)).Status == CollectionStatus.Green),
            cancellationToken);

    public Task<long?> PositionAsync(CancellationToken cancellationToken) =>
        RunAsync(options.Value.SearchTimeout, ReadPositionAsync, cancellationToken);

    public Task MoveAsync(long sequence, CancellationToken cancellationToken) => RunAsync(
        options.Value.WriteTimeout,
        token => client.UpsertAsync(options.Value.Collection, [QdrantPosition.Of(sequence)], cancellationToken: token),
        cancellationToken);

    private async Task<long?> ReadPositionAsync(CancellationToken cancellationToken) => QdrantPosition.Read(
        await client.RetrieveAsync(options.Value.Collection, QdrantPosition.Id, cancellationToken: cancellationToken));

    private async Task<UpdateResult> UpsertAsync(IndexPoint[] batch, CancellationToken cancellationToken)
    {
        var request = new UpsertPoints { CollectionName = options.Value.Collection, Wait = true };
        foreach (var group in batch.GroupBy(point => point.Collection, StringComparer.Ordinal))
        {
            var averageLength = await _statistics.AverageLengthAsync(group.Key, [.. group], cancellationToken);
            request.Points.AddRange(group.Select(point => Point(point, averageLength)));
        }

        return await client.UpsertAsync(request, cancellationToken);
    }

    private PointStruct Point(IndexPoint point, double averageLength)
    {
        var vectors = new NamedVectors();
        if (point.Terms.Indices.Length > 0)
        {
            var terms = QdrantTerms.Stored(point.Collection, point.Terms, averageLength, bm25.Value);
            vectors.Vectors.Add(QdrantSchema.Terms, terms);
        }

        if (point.Dense is { } dense)
        {
            vectors.Vectors.Add(QdrantSchema.Dense, new Vector { Dense = new DenseVector { Data = { dense } } });
        }

        var result = new PointStruct
        {
            Id = point.ChunkId,
            Vectors = new global::Qdrant.Client.Grpc.Vectors { Vectors_ = vectors },
        };
        QdrantPayload.Write(point, result);
        return result;
    }

    private async Task<IReadOnlyList<IndexHit>> FindAsync(IndexQuery query, CancellationToken cancellationToken)
    {
        if (query.Dense is not null && await _schema.ReadDimensionsAsync(cancellationToken) is null)
        {
            query = query with { Dense = null, Terms = query.Terms ?? TermVector.Empty };
        }

        PointRules.Check(query, _schema.Dimensions);
        var byText = query.Terms is { Indices.Length: > 0 };
        var depth = byText && query.Dense is not null ? hybrid.Value.Depth(query.Limit) : query.Limit;
        var excess = byText ? await _statistics.ExcessAsync(query.Collection, cancellationToken) : 0;
        var text = byText ? TextQuery(query, depth, excess) : null;
        var dense = query.Dense is not null ? DenseQuery(query, depth) : null;
        QueryPoints[] queries = [.. new[] { text, dense }.OfType<QueryPoints>()];
        if (queries.Length == 0)
        {
            return [];
        }

        // The server stops when the client's time is over; it counts whole seconds.
        var timeout = TimeSpan.FromSeconds(Math.Ceiling(options.Value.SearchTimeout.TotalSeconds));
        var found = await client.QueryBatchAsync(
            options.Value.Collection, queries, timeout: timeout, cancellationToken: cancellationToken);
        var textHits = text is null
            ? []
            : QdrantTerms.Correct(found[0].Result, text.Query.Nearest.Sparse, excess).Take(depth).ToList();
        var denseHits = dense is null
            ? []
            : found[^1].Result.Select(hit => new IndexHit(Guid.Parse(hit.Id.Uuid), hit.Score)).ToList();
        return dense is null ? textHits
            : text is null ? denseHits
            : HybridFusion.Fuse(textHits, denseHits, Bare(found[0].Result), hybrid.Value, query.Limit);
    }

    private static HashSet<Guid> Bare(IEnumerable<ScoredPoint> found) =>
        [.. found.Where(QdrantPayload.IsBare).Select(hit => Guid.Parse(hit.Id.Uuid))];

    private QueryPoints TextQuery(IndexQuery query, int depth, double excess) => new()
    {
        CollectionName = options.Value.Collection,
        Query = QdrantTerms.Asked(query.Collection, query.Terms!),
        Using = QdrantSchema.Terms,
        Filter = QdrantPayload.For(query),

        // The correction may change the order, so the ranking is cut off after it.
        Limit = (ulong)(excess > 0 ? hybrid.Value.Depth(depth) : depth),
        WithPayload = query.Dense is null ? NoPayload : HasVector,
        WithVectors = excess > 0 ? new[] { QdrantSchema.Terms } : false,
    };

    private QueryPoints DenseQuery(IndexQuery query, int depth) => new()
    {
        CollectionName = options.Value.Collection,
        Query = query.Dense!,
        Using = QdrantSchema.Dense,
        Filter = QdrantPayload.For(query),
        Limit = (ulong)depth,
        WithPayload = NoPayload,
        WithVectors = false,
    };

    private async Task WriteAsync<T>(Func<CancellationToken, Task<T>> write, CancellationToken cancellationToken)
    {
        await RunAsync(options.Value.WriteTimeout, write, cancellationToken);
        _statistics.Changed();
    }

    private Task<T> RunAsync<T>(TimeSpan timeout, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
        => QdrantCalls.RunAsync(
            timeout,
            async token =>
            {
                await _schema.MakeAsync(token);
                try
                {
                    return await call(token);
                }
                catch (RpcException ex) when (ex.StatusCode == StatusCode.NotFound)
                {
                    // The collection was deleted from outside: this call fails, and the next one creates it.
                    _schema.Forget();
                    _statistics.Forget();
                    throw;
                }
            },
            cancellationToken);
}
