using System.Text.Json.Serialization;
using RagAspire.Metadata;
using RagAspire.Usage;

namespace RagAspire.Search;

/// <summary>How a search looks for chunks, as it is asked for.</summary>
[JsonConverter(typeof(EnumWordConverter<SearchMode>))]
public enum SearchMode
{
    /// <summary>BM25 and, where there is an embedding model, vectors; fused.</summary>
    Hybrid,

    /// <summary>BM25 only.</summary>
    Text,

    /// <summary>Vectors only.</summary>
    Vector,
}

/// <summary>The retrieval that produced a result: what was asked for, or the level that search fell back to.</summary>
[JsonConverter(typeof(EnumWordConverter<RetrievalLevel>))]
public enum RetrievalLevel
{
    /// <summary>BM25 and vectors from the index, fused.</summary>
    Hybrid,

    /// <summary>Vectors from the index.</summary>
    Vector,

    /// <summary>BM25 from the index, as asked for or because there are no vectors.</summary>
    Text,

    /// <summary>PostgreSQL's full text, because the index does not answer.</summary>
    FullText,
}

/// <summary>One search inside one collection.</summary>
/// <param name="Limit">1–100 hits.</param>
/// <param name="Tags">All of them must match; empty for no restriction.</param>
public sealed record SearchQuery(
    string Text,
    string Collection,
    int Limit,
    SearchMode Mode,
    IReadOnlyDictionary<string, string> Tags)
{
    /// <summary>With composed accents and single blanks, by which results and vectors are cached.</summary>
    public string Text { get; init => field = QueryText.Of(value); } = QueryText.Of(Text);

    /// <summary>The API key that pays for the vector of the query.</summary>
    public string KeyId { get; init; } = UsageContext.SystemKey;

    /// <summary>Finds documents of these groups and those without groups; null for all documents.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>What the documents must fulfil; null for all.</summary>
    public MetadataFilter? Filter { get; init; }

    /// <summary>The most hits of one document; null for no limit.</summary>
    public int? PerDocument { get; init; }
}

/// <summary>A chunk that was found.</summary>
/// <param name="Page">Of the part that has most of the query's words.</param>
/// <param name="Section">Of the same part.</param>
public sealed record SearchHit(
    Guid DocumentId,
    string DocumentName,
    Guid ChunkId,
    int Ordinal,
    string Text,
    double Score,
    int? Page,
    string? Section)
{
    /// <summary>Where it stands in the document's text; null where it was processed by an earlier release.</summary>
    public ChunkPlace? Place { get; init; }

    /// <summary>Further chunks with almost the same text, which are left out.</summary>
    public int Duplicates { get; init; }
}

/// <summary>The hits of one search, best first.</summary>
/// <param name="Level">The level of retrieval that was reached; <c>mode</c> in JSON.</param>
/// <param name="Degraded">Why the level is lower than the one that was asked for; null when it is not.</param>
/// <param name="HasOutage">See <see cref="Retrieval"/>.</param>
public sealed record SearchResult(
    Guid SearchId,
    IReadOnlyList<SearchHit> Hits,
    [property: JsonPropertyName("mode")] RetrievalLevel Level,
    string? Degraded,
    bool Cached,
    double TookMs,
    [property: JsonIgnore] bool HasOutage = false)
{
    /// <summary>How the hits were found; null unless it was asked for.</summary>
    public Explanation? Explanation { get; init; }
}
