namespace RagAspire.Client;

/// <summary>The questions of a golden set.</summary>
public sealed record GoldenSetRequest(IReadOnlyList<GoldenQuestionRequest> Questions);

/// <summary>A question, and everything that search should find for it.</summary>
public sealed record GoldenQuestionRequest(string Question, IReadOnlyList<ExpectationRequest> Expected);

/// <summary>A document by id or name, or a chunk by a quote from it. One hit must match all that are given.</summary>
public sealed record ExpectationRequest(Guid? DocumentId = null, string? DocumentName = null, string? Quote = null);

/// <summary>A golden set without its questions.</summary>
public sealed record GoldenSetSummary(string Collection, int Questions, DateTimeOffset UpdatedAt, string UpdatedBy);

/// <summary>Questions about one collection, each with everything that search should find for it.</summary>
public sealed record GoldenSet(
    string Collection, IReadOnlyList<GoldenQuestion> Questions, DateTimeOffset UpdatedAt, string UpdatedBy);

/// <inheritdoc cref="GoldenQuestionRequest"/>
public sealed record GoldenQuestion(string Question, IReadOnlyList<Expectation> Expected);

/// <inheritdoc cref="ExpectationRequest"/>
public sealed record Expectation(Guid? DocumentId = null, string? DocumentName = null, string? Quote = null);

/// <summary>The quality of search, measured with a golden set. Each metric is a mean over the questions, from 0 to 1.</summary>
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
