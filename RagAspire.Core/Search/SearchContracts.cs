using System.Text.Json.Serialization;

namespace RagAspire.Search;

/// <summary>How a search looks for chunks.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SearchMode>))]
public enum SearchMode
{
    /// <summary>BM25 and, where there is an embedding model, vectors; fused.</summary>
    [JsonStringEnumMemberName("hybrid")]
    Hybrid,

    /// <summary>BM25 only.</summary>
    [JsonStringEnumMemberName("text")]
    Text,

    /// <summary>Vectors only.</summary>
    [JsonStringEnumMemberName("vector")]
    Vector,
}

/// <summary>One search inside one collection.</summary>
/// <param name="Limit">1–100 hits.</param>
/// <param name="Tags">All of them must match; empty for no restriction.</param>
public sealed record SearchQuery(
    string Text,
    string Collection,
    int Limit,
    SearchMode Mode,
    IReadOnlyDictionary<string, string> Tags);

/// <summary>A found passage.</summary>
public sealed record SearchHit(
    Guid DocumentId,
    string DocumentName,
    Guid ChunkId,
    int Ordinal,
    string Text,
    double Score,
    int? Page,
    string? Section);

/// <summary>The hits of one search, best first.</summary>
/// <param name="Mode">The rung that answered: "hybrid", "text", "vector", or "fulltext" while the index is away.</param>
/// <param name="Degraded">Why less than what was asked for answered; null when nothing was missing.</param>
public sealed record SearchResult(
    Guid SearchId,
    IReadOnlyList<SearchHit> Hits,
    string Mode,
    string? Degraded,
    bool Cached,
    double TookMs);
