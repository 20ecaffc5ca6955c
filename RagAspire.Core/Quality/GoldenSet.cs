namespace RagAspire.Quality;

/// <summary>Questions with what search should find for them, in one collection.</summary>
/// <param name="UpdatedBy">The API key's name.</param>
public sealed record GoldenSet(
    string Collection, IReadOnlyList<GoldenQuestion> Questions, DateTimeOffset UpdatedAt, string UpdatedBy);

/// <summary>A question, and all that should be among the first ten hits.</summary>
public sealed record GoldenQuestion(string Question, IReadOnlyList<Expectation> Expected);

/// <summary>A document, by id or by name, or a passage by words that stand in it. What is given must all fit one hit.</summary>
/// <param name="Quote">Found whatever the case and the white space.</param>
public sealed record Expectation(Guid? DocumentId = null, string? DocumentName = null, string? Quote = null);

/// <summary>How well search found what it should, each figure a mean over the questions, from 0 to 1.</summary>
/// <param name="RecallAt10">The share of the expected that is among the first ten hits.</param>
/// <param name="Mrr">One divided by the place of the first hit that was expected; 0 when none of ten was.</param>
/// <param name="NdcgAt10">How far up the expected stands, compared with the best order.</param>
/// <param name="Degraded">Why search was not what it is when all is well; null when it was.</param>
/// <param name="Misses">Questions for which something was missing, worst first.</param>
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

/// <summary>A question for which something was missing.</summary>
/// <param name="Recall">The share that was found.</param>
/// <param name="FirstPlace">Of the first expected hit, from 1; null when there was none.</param>
public sealed record Miss(string Question, double Recall, int? FirstPlace);
