using RagAspire.Search;

namespace RagAspire.Answers;

/// <summary>What an answer is written from.</summary>
/// <param name="Hits">The passages that were found, best first.</param>
/// <param name="History">Earlier turns of the session, oldest first.</param>
/// <param name="ByMeaning">
/// The hits come from a search with vectors, which may be right without sharing a word with the question; without a
/// model that can judge them they count by their words all the same.
/// </param>
/// <param name="CountWords">Says how rare the words of a text are in the collection; null where nobody can.</param>
public sealed record AnswerRequest(
    string Question,
    IReadOnlyList<SearchHit> Hits,
    IReadOnlyList<Turn> History,
    bool ByMeaning,
    Func<string, CancellationToken, Task<TermFrequencies?>>? CountWords = null);

/// <summary>One question of a session and the answer it got.</summary>
public sealed record Turn(string Question, string Answer);

/// <summary>What happens while an answer is written: <see cref="SourcesRead"/> once, <see cref="TokenWritten"/> any number
/// of times, <see cref="AnswerWritten"/> once and last.</summary>
public abstract record AnswerEvent;

/// <summary>The sources that the numbers in the answer refer to. Empty when nothing was found.</summary>
public sealed record SourcesRead(IReadOnlyList<AnswerSource> Sources) : AnswerEvent;

/// <summary>The next piece of the text. Citations in it are checked already.</summary>
public sealed record TokenWritten(string Text) : AnswerEvent;

/// <summary>The whole answer. Its text replaces what the tokens said, which is less when a model broke off.</summary>
public sealed record AnswerWritten(WrittenAnswer Answer) : AnswerEvent;

/// <summary>A numbered source: a passage, or neighbouring passages of one document joined.</summary>
/// <param name="ChunkId">The first passage's.</param>
/// <param name="Page">The first passage's.</param>
public sealed record AnswerSource(
    int Number,
    Guid DocumentId,
    string DocumentName,
    Guid ChunkId,
    int? Page,
    string? Section,
    string Text);

/// <summary>An answer before it belongs to a session and a cache.</summary>
/// <param name="Text">With citation numbers in brackets.</param>
/// <param name="Kind">One of <see cref="AnswerKind"/>.</param>
/// <param name="Model">The model that wrote it; null when none did.</param>
/// <param name="Citations">The sources used, by number, each once.</param>
/// <param name="Degraded">Why no model wrote it although one is configured; null otherwise.</param>
/// <param name="Call">What the model was asked and took, also when its answer could not be used; null when it was not asked.</param>
public sealed record WrittenAnswer(
    string Text,
    string Kind,
    string? Model,
    IReadOnlyList<Citation> Citations,
    string? Degraded,
    ModelCall? Call);

/// <summary>The kinds of <see cref="Answer.Kind"/>.</summary>
public static class AnswerKind
{
    /// <summary>Written by a model from the sources.</summary>
    public const string Generated = "generated";

    /// <summary>The sources' own sentences.</summary>
    public const string Extractive = "extractive";

    /// <summary>The sources do not hold the answer.</summary>
    public const string None = "none";
}

/// <summary>What one call of the model took.</summary>
/// <param name="Outcome">"completed", "failed", "timeout" or "rejected" (the circuit is open).</param>
/// <param name="FirstToken">Time to the first visible token; null when none came.</param>
/// <param name="InputTokens">As the model reports them; null when it does not.</param>
public sealed record ModelCall(
    string Model,
    string Outcome,
    TimeSpan Total,
    TimeSpan? FirstToken,
    long? InputTokens,
    long? OutputTokens);
