using RagAspire.Search;
using RagAspire.Usage;

namespace RagAspire.Answers;

/// <summary>What an answer is written from.</summary>
/// <param name="Hits">The chunks that were found, best first.</param>
/// <param name="History">Earlier turns of the session, oldest first.</param>
/// <param name="HasVectors">
/// The hits were found by vectors as well, so they may be right without sharing a word with the question. A model can
/// judge that; an extractive answer goes by the words all the same.
/// </param>
/// <param name="CountTerms">Counts how rare the words of a text are in the collection; null when that is not known.</param>
public sealed record AnswerContext(
    string Question,
    IReadOnlyList<SearchHit> Hits,
    IReadOnlyList<SessionTurn> History,
    bool HasVectors,
    Func<string, CancellationToken, Task<TermFrequencies?>>? CountTerms = null)
{
    /// <summary>Chunks right before or after one of the hits.</summary>
    public IReadOnlyList<SearchHit> Neighbours { get; init; } = [];

    /// <summary>Whom the call of the model is counted for.</summary>
    public UsageContext Usage { get; init; } = new(UsageContext.SystemKey, "", UsageKind.Answer);
}

/// <summary>A written answer that does not belong to a session yet.</summary>
/// <param name="Degraded">Why the configured model did not write it; null otherwise.</param>
/// <param name="Call">The call of the model, even if its answer was not used; null without a call.</param>
public sealed record AnswerDraft(
    string Text,
    AnswerKind Kind,
    string? Model,
    IReadOnlyList<Citation> Citations,
    string? Degraded,
    ModelCall? Call);

/// <summary>How a call of the model ended.</summary>
public enum ModelOutcome
{
    Completed,
    Failed,
    Timeout,

    /// <summary>Not called, because the circuit breaker is open.</summary>
    Rejected,
    Cancelled,
}

/// <summary>Duration and size of one call of the model.</summary>
/// <param name="FirstToken">Time to the first visible token; null when there was none.</param>
/// <param name="InputTokens">As reported by the model; null when it does not report it.</param>
/// <param name="OutputTokens">As reported by the model; null when it does not report it.</param>
public sealed record ModelCall(
    string Model,
    ModelOutcome Outcome,
    TimeSpan Total,
    TimeSpan? FirstToken,
    long? InputTokens,
    long? OutputTokens);
