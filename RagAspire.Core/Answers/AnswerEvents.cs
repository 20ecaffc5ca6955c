namespace RagAspire.Answers;

/// <summary>
/// A step of an answer: <see cref="SourcesEvent"/> once and first, <see cref="TokenEvent"/> any number of times,
/// <see cref="DoneEvent"/> once and last.
/// </summary>
public abstract record AnswerEvent;

/// <summary>The sources that the numbers in the answer refer to; empty when nothing was found.</summary>
public sealed record SourcesEvent(IReadOnlyList<Source> Sources) : AnswerEvent;

/// <summary>The next piece of the text. Its citations are already checked.</summary>
public sealed record TokenEvent(string Text) : AnswerEvent;

/// <summary>The whole answer. Its text replaces the tokens, which differ from it when the model failed half-way.</summary>
public sealed record DoneEvent(Answer Answer) : AnswerEvent
{
    /// <summary>The call of the model; null where there was none, as for an answer from the cache.</summary>
    public ModelCall? Call { get; init; }
}
