using RagAspire.Usage;

namespace RagAspire.Answers.Generation;

/// <summary>Measurements of one call of the model, during the call and after it.</summary>
internal sealed class ModelProgress(string model, UsageContext usage, TimeProvider clock)
{
    private readonly long _startedAt = clock.GetTimestamp();

    public string Model { get; set; } = model;

    /// <summary>Whom the call is counted for.</summary>
    public UsageContext Usage { get; } = usage;

    public ModelOutcome Outcome { get; private set; } = ModelOutcome.Failed;

    public TimeSpan? FirstToken { get; private set; }

    public TimeSpan Total { get; private set; }

    public long? InputTokens { get; set; }

    public long? OutputTokens { get; set; }

    /// <summary>The likely number of tokens of the text so far.</summary>
    public long GuessedOutput { get; private set; }

    /// <summary>The text was cut at the token limit.</summary>
    public bool IsCut { get; set; }

    public void TextArrived(string text)
    {
        FirstToken ??= clock.GetElapsedTime(_startedAt);
        GuessedOutput += TokenGuess.Of(text);
    }

    public void Ended(ModelOutcome outcome) => (Outcome, Total) = (outcome, clock.GetElapsedTime(_startedAt));

    public ModelCall ToCall() => new(Model, Outcome, Total, FirstToken, InputTokens, OutputTokens);
}
