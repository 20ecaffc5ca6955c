using Qdrant.Client.Grpc;

namespace RagAspire.Vectors.Qdrant;

/// <summary>The point that says how far the collection has followed the change feed.</summary>
/// <remarks>
/// A snapshot or a copy of the collection is as old as this point in it. It has no vector and is of no collection of documents,
/// so no search finds it.
/// </remarks>
internal static class QdrantPosition
{
    private const string Sequence = "sequence";

    public static Guid Id { get; } = new("5ec0f011-0d00-4fee-8d00-000000000001");

    public static PointStruct Of(long sequence) => new()
    {
        Id = Id,
        Vectors = new global::Qdrant.Client.Grpc.Vectors { Vectors_ = new NamedVectors() },
        Payload = { [Sequence] = sequence },
    };

    /// <returns>Null where there is no such point.</returns>
    public static long? Read(IReadOnlyList<RetrievedPoint> found) =>
        found.Count > 0 && found[0].Payload.TryGetValue(Sequence, out var sequence) ? sequence.IntegerValue : null;
}
