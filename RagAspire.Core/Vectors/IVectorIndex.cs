using RagAspire.Metadata;

namespace RagAspire.Vectors;

/// <summary>A derived index over the chunks of all documents; PostgreSQL holds the truth.</summary>
/// <remarks>
/// An index that cannot be reached throws <see cref="VectorIndexUnavailableException"/>; it never answers with an empty
/// list. Every method may be run twice with the same arguments.
/// </remarks>
public interface IVectorIndex
{
    /// <summary>"qdrant" or "in-process": the <c>index</c> label of the metrics.</summary>
    string Name { get; }

    /// <summary>All processes see one index; otherwise each process fills its own from PostgreSQL.</summary>
    bool IsShared { get; }

    /// <summary>Adds points or replaces those with the same chunk id.</summary>
    Task UpsertAsync(IReadOnlyList<IndexPoint> points, CancellationToken cancellationToken);

    /// <summary>
    /// Removes a document's points: those of versions below <paramref name="belowVersion"/>, or all. A higher version is
    /// left alone, because it is one that is being built.
    /// </summary>
    Task RemoveAsync(Guid documentId, int? belowVersion, CancellationToken cancellationToken);

    /// <summary>Removes points by their ids, whatever document they say they are of.</summary>
    Task RemoveChunksAsync(IReadOnlyCollection<Guid> chunkIds, CancellationToken cancellationToken);

    /// <summary>
    /// All points, page by page, without their vectors. Points that are written during the scan may be missing.
    /// </summary>
    IAsyncEnumerable<IReadOnlyList<IndexedChunk>> ScanAsync(CancellationToken cancellationToken);

    /// <summary>The best chunks of one collection, best first.</summary>
    Task<IReadOnlyList<IndexHit>> SearchAsync(IndexQuery query, CancellationToken cancellationToken);

    /// <summary>How rare terms are in a collection, as its ranking by text weighs them: 0 for a term that no chunk has.</summary>
    /// <returns>In the order of the terms; null where the index does not tell.</returns>
    Task<IReadOnlyList<double>?> RarityAsync(string collection, IReadOnlyList<uint> terms, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<double>?>(null);

    /// <summary>What the index holds now.</summary>
    Task<IndexStatus> StatusAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The change up to which a shared index has followed the feed, as it says itself; null where it does not. An index inside a
    /// process is never behind, because each process fills its own.
    /// </summary>
    Task<long?> PositionAsync(CancellationToken cancellationToken) => Task.FromResult<long?>(long.MaxValue);

    /// <summary>Moves the position of a shared index.</summary>
    Task MoveAsync(long sequence, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Counts of terms, by the 32-bit hash of the term.</summary>
/// <param name="Indices">Distinct term hashes, ascending.</param>
/// <param name="Values">How often each occurs in the text.</param>
public sealed record TermVector(uint[] Indices, float[] Values)
{
    public static TermVector Empty { get; } = new([], []);

    /// <summary>The text's length in terms.</summary>
    public float Length => Values.Sum();
}

/// <summary>One chunk as the index stores it.</summary>
/// <param name="ChunkId">A hash of document, version and ordinal, so that writing twice is writing once.</param>
/// <param name="Dense">Unit length; null where there is no embedding model.</param>
public sealed record IndexPoint(
    Guid ChunkId,
    Guid DocumentId,
    int Version,
    string Collection,
    IReadOnlyDictionary<string, string> Tags,
    TermVector Terms,
    float[]? Dense)
{
    /// <summary>The groups of the document; empty for everyone who may read the collection.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>What filters compare, besides the tags.</summary>
    public DocumentFields Fields { get; init; } = DocumentFields.None;
}

/// <summary>One search. At least one of <paramref name="Terms"/> and <paramref name="Dense"/> is given.</summary>
/// <param name="Terms">For BM25; null to search by vector only.</param>
/// <param name="Dense">For cosine similarity; null to search by text only.</param>
/// <param name="Tags">All of them must match.</param>
public sealed record IndexQuery(
    string Collection,
    TermVector? Terms,
    float[]? Dense,
    IReadOnlyDictionary<string, string> Tags,
    int Limit)
{
    /// <summary>Finds documents of these groups and those without groups; null for all documents.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>What the documents must fulfil; null for all.</summary>
    public MetadataFilter? Filter { get; init; }
}

/// <summary>The fields of a document that filters compare.</summary>
/// <param name="Metadata">As JSON, in one form for the same values.</param>
public sealed record DocumentFields(string Name, string ContentType, long SizeBytes, DateTimeOffset CreatedAt, string Metadata)
{
    public static DocumentFields None { get; } = new("", "", 0, DateTimeOffset.UnixEpoch, DocumentMetadata.Empty.Json);
}

/// <summary>A found chunk. Scores of one answer can be compared with each other and with nothing else.</summary>
public sealed record IndexHit(Guid ChunkId, double Score);

/// <summary>A point as a scan returns it.</summary>
/// <param name="DocumentId">Empty for a point of another origin.</param>
/// <param name="HasDense">It has a dense vector.</param>
public sealed record IndexedChunk(Guid ChunkId, Guid DocumentId, int Version, bool HasDense);

/// <summary>What an index holds.</summary>
/// <param name="Points">Chunks in the index.</param>
/// <param name="Dimensions">Of the dense vectors; null while there are none.</param>
/// <param name="Bytes">Memory that it takes in this process; null where it lives elsewhere.</param>
/// <param name="IsGreen">All is indexed and healthy; false while an optimizer works or has failed.</param>
public sealed record IndexStatus(long Points, int? Dimensions, long? Bytes = null, bool IsGreen = true);

/// <summary>The index cannot be asked now: search falls back to full text, and ingestion waits.</summary>
public sealed class VectorIndexUnavailableException(string reason, Exception? innerException = null)
    : Exception(reason, innerException);
