using System.Text.Json.Serialization;

namespace RagAspire.Client;

/// <summary>A question about the documents of one collection.</summary>
/// <param name="Collection">Null for the default one.</param>
/// <param name="Limit">How many chunks the answer is written from, 1–20.</param>
/// <param name="SessionId">From an earlier answer, to continue its session.</param>
/// <param name="Filter">What the documents must fulfil that it is answered from.</param>
public sealed record AnswerRequest(
    string Question, string? Collection = null, int Limit = 8, Guid? SessionId = null, FilterNode? Filter = null);

/// <summary>The words of an answer's kind.</summary>
public static class AnswerKind
{
    /// <summary>Written by a model from the sources.</summary>
    public const string Generated = "generated";

    /// <summary>Sentences of the sources, word for word.</summary>
    public const string Extractive = "extractive";

    /// <summary>The sources do not contain the answer.</summary>
    public const string None = "none";
}

/// <summary>An answer with its citations.</summary>
/// <param name="Text">With citation numbers in brackets: "Sales rose by 3 % [1]."</param>
/// <param name="Kind">A word of <see cref="AnswerKind"/>.</param>
/// <param name="Model">The model that wrote it; null when none did.</param>
/// <param name="Degraded">Why the configured model did not write it, or why search fell back; null otherwise.</param>
public sealed record Answer(
    Guid AnswerId,
    Guid SessionId,
    [property: JsonPropertyName("answer")] string Text,
    string Kind,
    string? Model,
    IReadOnlyList<Citation> Citations,
    string? Degraded,
    bool Cached,
    double TookMs);

/// <summary>The source of a sentence in an answer.</summary>
/// <param name="Number">The number in brackets in the answer's text.</param>
/// <param name="Start">Where the quoted words begin in the document's text; null where an earlier release processed it.</param>
/// <param name="End">After their last character.</param>
/// <param name="Quote">The words of the source that support the sentence.</param>
public sealed record Citation(
    int Number,
    Guid DocumentId,
    string DocumentName,
    Guid ChunkId,
    int? Page,
    string? Section,
    int? Start,
    int? End,
    string Quote);

/// <summary>A numbered source that an answer is written from.</summary>
public sealed record AnswerSource(
    int Number, Guid DocumentId, string DocumentName, Guid ChunkId, int? Page, string? Section, string Text);

/// <summary>A step of an answer while it is written.</summary>
public abstract record AnswerEvent;

/// <summary>The sources have been found.</summary>
public sealed record SourcesEvent(IReadOnlyList<AnswerSource> Sources) : AnswerEvent;

/// <summary>The next piece of the text.</summary>
public sealed record TokenEvent(string Text) : AnswerEvent;

/// <summary>The whole answer, which replaces the pieces.</summary>
public sealed record DoneEvent(Answer Answer) : AnswerEvent;

/// <summary>Feedback on a search or an answer.</summary>
/// <param name="SearchId">Either this or <paramref name="AnswerId"/>.</param>
/// <param name="ChunkId">The hit or citation in question; null for the whole result.</param>
public sealed record FeedbackRequest(
    bool Relevant, Guid? SearchId = null, Guid? AnswerId = null, Guid? ChunkId = null, string? Comment = null);
