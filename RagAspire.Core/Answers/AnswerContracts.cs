using System.Text.Json.Serialization;
using RagAspire.Metadata;
using RagAspire.Usage;

namespace RagAspire.Answers;

/// <summary>A question about the documents of one collection.</summary>
/// <param name="Limit">How many chunks the answer is written from, 1–20.</param>
/// <param name="SessionId">The session of an earlier answer to the same key, to continue it; any other begins one.</param>
public sealed record Question(string Text, string Collection, int Limit, Guid? SessionId)
{
    /// <summary>The API key that pays for the answer.</summary>
    public string KeyId { get; init; } = UsageContext.SystemKey;

    /// <summary>Is answered from documents of these groups and those without groups; null for all documents.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>Is answered from documents that fulfil this; null for all.</summary>
    public MetadataFilter? Filter { get; init; }

    /// <summary>Its answer is read word by word, so it does not wait for that of an equal question.</summary>
    public bool IsStreamed { get; init; }

    /// <summary>What was said before, oldest first, from a caller that keeps it; null to take it from the session.</summary>
    public IReadOnlyList<SessionTurn>? History { get; init; }
}

/// <summary>An earlier question of a session, and its answer.</summary>
public sealed record SessionTurn(string Question, string Answer);

/// <summary>How an answer was made.</summary>
[JsonConverter(typeof(EnumWordConverter<AnswerKind>))]
public enum AnswerKind
{
    /// <summary>Written by a model from the sources.</summary>
    Generated,

    /// <summary>Sentences of the sources, word for word, after "Yes", "No" or "Earlier" where that is certain.</summary>
    Extractive,

    /// <summary>The sources do not contain the answer.</summary>
    None,
}

/// <summary>A numbered source: a chunk, or neighbouring chunks of one document joined.</summary>
/// <param name="ChunkId">The first chunk.</param>
/// <param name="Page">Of the first chunk; the citations name the pages of its sentences.</param>
public sealed record Source(
    int Number,
    Guid DocumentId,
    string DocumentName,
    Guid ChunkId,
    int? Page,
    string? Section,
    string Text);

/// <summary>The source of a sentence in an answer.</summary>
/// <param name="Number">The number in brackets in the answer's text.</param>
/// <param name="Page">On which the quoted words begin; null where the format has none.</param>
/// <param name="Section">The heading path above the quoted words; null at the top.</param>
/// <param name="Start">Where they begin in the document's text; null where it was processed by an earlier release.</param>
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

/// <summary>An answer with its citations.</summary>
/// <param name="Text">With citation numbers in brackets: "Sales rose by 3 % [1]."; <c>answer</c> in JSON.</param>
/// <param name="Model">The model that wrote it; null when none did.</param>
/// <param name="Citations">
/// Of an extractive answer one for each of its sentences, in their order; of a generated one the sources that the text cites, by
/// number, each once.
/// </param>
/// <param name="Degraded">Why the configured model did not write it, or why search fell back; null otherwise.</param>
public sealed record Answer(
    Guid AnswerId,
    Guid SessionId,
    [property: JsonPropertyName("answer")] string Text,
    AnswerKind Kind,
    string? Model,
    IReadOnlyList<Citation> Citations,
    string? Degraded,
    bool Cached,
    double TookMs);
