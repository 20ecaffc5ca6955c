namespace RagAspire.Client;

/// <summary>A search in one collection.</summary>
/// <param name="Mode">A word of <see cref="SearchMode"/>.</param>
/// <param name="Filter">What their documents must fulfil.</param>
/// <param name="PerDocument">The most hits of one document.</param>
/// <param name="Explain">Adds how the hits were found.</param>
public sealed record SearchRequest(
    string Query,
    string? Collection = null,
    int Limit = 10,
    string Mode = SearchMode.Hybrid,
    IReadOnlyDictionary<string, string>? Tags = null,
    FilterNode? Filter = null,
    int? PerDocument = null,
    bool Explain = false,
    IReadOnlyList<Guid>? Expected = null);

/// <summary>The words of a search's mode.</summary>
public static class SearchMode
{
    /// <summary>By words and by meaning.</summary>
    public const string Hybrid = "hybrid";

    /// <summary>By words.</summary>
    public const string Text = "text";

    /// <summary>By meaning.</summary>
    public const string Vector = "vector";

    public static IReadOnlyList<string> All { get; } = [Hybrid, Text, Vector];
}

/// <summary>The hits of one search, best first.</summary>
/// <param name="Mode">The level of retrieval that was reached; fulltext too.</param>
/// <param name="Degraded">Why it is lower than the one that was asked for; null when it is not.</param>
/// <param name="Explanation">How the hits were found; null unless it was asked for.</param>
public sealed record SearchResult(
    Guid SearchId,
    IReadOnlyList<SearchHit> Hits,
    string Mode,
    string? Degraded,
    bool Cached,
    double TookMs,
    Explanation? Explanation);

/// <summary>A chunk that was found.</summary>
/// <param name="Place">Where it stands in the document's text; null where an earlier release processed it.</param>
/// <param name="Duplicates">Further chunks with almost the same text, which are left out.</param>
public sealed record SearchHit(
    Guid DocumentId,
    string DocumentName,
    Guid ChunkId,
    int Ordinal,
    string Text,
    double Score,
    int? Page,
    string? Section,
    ChunkPlace? Place,
    int Duplicates = 0);

/// <summary>How the hits of a search were found.</summary>
/// <param name="Hits">In the order of the hits.</param>
public sealed record Explanation(IReadOnlyList<ExplainedTerm> Terms, IReadOnlyList<ExplainedChunk> Hits)
{
    /// <summary>The terms by which the text ranks.</summary>
    public IReadOnlyList<ExplainedIndexTerm> IndexTerms { get; init; } = [];
}

/// <summary>A term of the query, as the index holds it.</summary>
/// <param name="Kind">word, variant, stem or part.</param>
/// <param name="Weight">How much it counts in the query.</param>
/// <param name="Rarity">Its inverse document frequency; 0 where no chunk has it, null where that is not told.</param>
public sealed record ExplainedIndexTerm(string Term, string Kind, float Weight, double? Rarity);

/// <summary>A term of the query in a chunk.</summary>
/// <param name="Count">How often it counts, weights of fields included.</param>
public sealed record ExplainedOccurrence(string Term, string Kind, float Count);

/// <summary>A word of the query.</summary>
/// <param name="Chunks">Chunks of the collection that hold it, counted up to 1,000; null when counting took too long.</param>
/// <param name="Weight">The rarer, the higher.</param>
public sealed record ExplainedTerm(string Word, long? Chunks, double? Weight);

/// <summary>The place of a chunk in one ranking, from 1.</summary>
public sealed record ExplainedRank(int Rank, double Score);

/// <summary>A chunk in each ranking.</summary>
/// <param name="Terms">How often it holds each word of the query.</param>
public sealed record ExplainedChunk(
    Guid ChunkId,
    ExplainedRank? Text,
    ExplainedRank? Vector,
    ExplainedRank? Fused,
    bool HasVector,
    IReadOnlyDictionary<string, float> Terms)
{
    /// <summary>The terms of the query that it holds.</summary>
    public IReadOnlyList<ExplainedOccurrence> IndexTerms { get; init; } = [];
}
