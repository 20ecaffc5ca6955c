using RagAspire.Vectors.Terms;

namespace RagAspire.Search;

/// <summary>How the hits of a search were found, and why expected ones are not among them.</summary>
/// <param name="Hits">In the order of the hits.</param>
/// <param name="Missing">One for each expected id that is no hit.</param>
public sealed record Explanation(
    IReadOnlyList<ExplainedTerm> Terms, IReadOnlyList<ExplainedChunk> Hits, IReadOnlyList<ExplainedAbsence> Missing)
{
    /// <summary>The terms by which the text ranks: words, whole codes and other spellings, stems, parts of compounds.</summary>
    public IReadOnlyList<ExplainedIndexTerm> IndexTerms { get; init; } = [];
}

/// <summary>A term of the query, as the index holds it.</summary>
/// <param name="Weight">How much it counts in the query.</param>
/// <param name="Rarity">
/// Its inverse document frequency in the collection, 0 where no chunk has it; null where the index does not tell it, or must not
/// because of the key's groups.
/// </param>
public sealed record ExplainedIndexTerm(string Term, TermKind Kind, float Weight, double? Rarity);

/// <summary>A term of the query in a chunk.</summary>
/// <param name="Count">How often it counts, weights of fields included.</param>
public sealed record ExplainedOccurrence(string Term, TermKind Kind, float Count);

/// <summary>A word of the query.</summary>
/// <param name="Chunks">Chunks of the collection that hold it, counted up to 1,000; null when counting took too long.</param>
/// <param name="Weight">The rarer, the higher; by that count.</param>
public sealed record ExplainedTerm(string Word, long? Chunks, double? Weight);

/// <summary>The place of a chunk in one ranking, from 1.</summary>
public sealed record ExplainedRank(int Rank, double Score);

/// <summary>A chunk in each ranking.</summary>
/// <param name="Text">By BM25; null when it is not among its best.</param>
/// <param name="Vector">By cosine similarity; likewise.</param>
/// <param name="Fused">Of both; likewise.</param>
/// <param name="HasVector">False while its vector is outstanding.</param>
/// <param name="Terms">How often it holds each word of the query, in any spelling, weights of fields included.</param>
public sealed record ExplainedChunk(
    Guid ChunkId,
    Guid DocumentId,
    ExplainedRank? Text,
    ExplainedRank? Vector,
    ExplainedRank? Fused,
    bool HasVector,
    IReadOnlyDictionary<string, float> Terms)
{
    /// <summary>The terms of the query that it holds.</summary>
    public IReadOnlyList<ExplainedOccurrence> IndexTerms { get; init; } = [];
}

/// <summary>An expected document or chunk that is no hit.</summary>
/// <param name="Chunk">The chunk itself, or the best one of the document; null where there is none to search.</param>
public sealed record ExplainedAbsence(Guid Id, string Reason, ExplainedChunk? Chunk);
