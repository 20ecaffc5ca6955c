namespace RagAspire.Quality;

/// <summary>Questions about one collection, each with everything that search should find for it.</summary>
/// <param name="UpdatedBy">The name of the API key.</param>
public sealed record GoldenSet(
    string Collection, IReadOnlyList<GoldenQuestion> Questions, DateTimeOffset UpdatedAt, string UpdatedBy);

/// <summary>A question, and everything that should be among the first ten hits.</summary>
public sealed record GoldenQuestion(string Question, IReadOnlyList<Expectation> Expected);

/// <summary>A document by id or name, or a chunk by a quote from it. One hit must match all that are given.</summary>
/// <param name="Quote">Compared without regard to case and white space.</param>
public sealed record Expectation(Guid? DocumentId = null, string? DocumentName = null, string? Quote = null);

/// <summary>The quality of search, measured with a golden set. Each metric is a mean over the questions, from 0 to 1.</summary>
/// <param name="RecallAt10">The share of the expectations that are among the first ten hits.</param>
/// <param name="Mrr">The reciprocal rank of the first expected hit; 0 when it is not among the first ten.</param>
/// <param name="NdcgAt10">Normalised discounted cumulative gain of the first ten hits.</param>
/// <param name="Degraded">Why search fell back to a lower level of retrieval; null when it did not.</param>
/// <param name="Misses">Questions with an expectation that was not found, worst first.</param>
public sealed record Evaluation(
    Guid Id,
    string Collection,
    DateTimeOffset EvaluatedAt,
    int Questions,
    double RecallAt10,
    double Mrr,
    double NdcgAt10,
    string? Degraded,
    IReadOnlyList<Miss> Misses);

/// <summary>A question with an expectation that was not found.</summary>
/// <param name="Recall">The share of its expectations that were found.</param>
/// <param name="FirstPlace">Rank of the first expected hit, from 1; null without one.</param>
public sealed record Miss(string Question, double Recall, int? FirstPlace);
