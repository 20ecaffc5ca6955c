namespace RagAspire.Answers;

/// <summary>A question inside one collection.</summary>
/// <param name="Limit">How many passages are given to the model, 1–20.</param>
/// <param name="SessionId">An earlier answer's session, to continue it; null begins one.</param>
public sealed record Question(string Text, string Collection, int Limit, Guid? SessionId);

/// <summary>Where a sentence of an answer comes from.</summary>
/// <param name="Number">The number in brackets in the answer's text.</param>
/// <param name="Quote">The words of the source that carry the sentence.</param>
public sealed record Citation(int Number, Guid DocumentId, string DocumentName, Guid ChunkId, int? Page, string Quote);

/// <summary>An answer with its sources.</summary>
/// <param name="Text">With citation numbers in brackets: "Sales rose by 3 % [1]."</param>
/// <param name="Kind">"generated" by a model, "extractive" from the sources' own sentences, "none" when nothing fits.</param>
/// <param name="Model">The model that wrote it; null when none did.</param>
/// <param name="Degraded">Why it is extractive although a model is configured; null otherwise.</param>
public sealed record Answer(
    Guid AnswerId,
    Guid SessionId,
    string Text,
    string Kind,
    string? Model,
    IReadOnlyList<Citation> Citations,
    string? Degraded,
    bool Cached,
    double TookMs);
