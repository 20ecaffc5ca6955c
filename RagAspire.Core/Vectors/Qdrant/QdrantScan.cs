using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Qdrant.Client.Grpc;

namespace RagAspire.Vectors.Qdrant;

/// <summary>Scans all points of the Qdrant collection, also those of another origin, without their vectors.</summary>
internal static class QdrantScan
{
    public const uint PageSize = 1_000;

    public static WithPayloadSelector Payload { get; } = new()
    {
        Include = new PayloadIncludeSelector { Fields = { QdrantPayload.Document, QdrantPayload.Version } },
    };

    /// <param name="scroll">Asks for one page.</param>
    /// <param name="anyDense">The collection has dense vectors at all.</param>
    public static async IAsyncEnumerable<IReadOnlyList<IndexedChunk>> RunAsync(
        Func<Filter?, PointId?, CancellationToken, Task<ScrollResponse>> scroll,
        bool anyDense,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Asking for vectors would move them all; those without one are few.
        var without = new HashSet<Guid>();
        if (anyDense)
        {
            var filter = new Filter { MustNot = { Conditions.HasVector(QdrantSchema.Dense) } };
            await foreach (var page in PagesAsync(scroll, filter, cancellationToken))
            {
                without.UnionWith(page.Select(point => QdrantIds.ToChunkId(point.Id)));
            }
        }

        await foreach (var page in PagesAsync(scroll, null, cancellationToken))
        {
            yield return
            [
                .. page.Select(point => Read(point, without, anyDense)).Where(chunk => chunk.ChunkId != QdrantPosition.Id),
            ];
        }
    }

    private static async IAsyncEnumerable<IReadOnlyList<RetrievedPoint>> PagesAsync(
        Func<Filter?, PointId?, CancellationToken, Task<ScrollResponse>> scroll,
        Filter? filter,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PointId? offset = null;
        do
        {
            var page = await scroll(filter, offset, cancellationToken);
            yield return page.Result;
            offset = page.NextPageOffset;
        }
        while (offset is not null);
    }

    private static IndexedChunk Read(RetrievedPoint point, HashSet<Guid> without, bool anyDense)
    {
        var id = QdrantIds.ToChunkId(point.Id);
        var document = point.Payload.TryGetValue(QdrantPayload.Document, out var text)
            && Guid.TryParse(text.StringValue, out var known)
            ? known
            : Guid.Empty;
        var version = point.Payload.TryGetValue(QdrantPayload.Version, out var number) ? (int)number.IntegerValue : 0;
        return new IndexedChunk(id, document, version, anyDense && !without.Contains(id));
    }
}

/// <summary>
/// Ids of points as ids of chunks. Qdrant also allows numbers, which the product never writes but must be able to remove.
/// </summary>
internal static class QdrantIds
{
    public static Guid ToChunkId(PointId id)
    {
        if (id.PointIdOptionsCase == PointId.PointIdOptionsOneofCase.Uuid)
        {
            return Guid.Parse(id.Uuid);
        }

        Span<byte> bytes = stackalloc byte[16];
        bytes[..8].Fill(byte.MaxValue);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], id.Num);
        return new Guid(bytes, bigEndian: true);
    }

    public static PointId ToPointId(Guid chunkId)
    {
        Span<byte> bytes = stackalloc byte[16];
        chunkId.TryWriteBytes(bytes, bigEndian: true, out _);
        return bytes[..8].IndexOfAnyExcept(byte.MaxValue) < 0
            ? new PointId { Num = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) }
            : new PointId { Uuid = chunkId.ToString("D") };
    }
}
