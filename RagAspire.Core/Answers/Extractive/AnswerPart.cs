namespace RagAspire.Answers.Extractive;

/// <summary>A sentence of an answer.</summary>
/// <param name="Lead">What is said before it, such as "Yes"; null for nothing.</param>
/// <param name="IsItem">It stands on a line of its own.</param>
internal sealed record AnswerPart(SourceSentence Sentence, string? Lead = null, bool IsItem = false);
