namespace RagAspire.Answers.Generation;

/// <summary>What is known of one call of the model, while it goes on and after.</summary>
internal sealed class ModelProgress(string model, TimeProvider clock)
{
    private readonly long _startedAt = clock.GetTimestamp();

    public string Model { get; set; } = model;

    /// <summary>As <see cref="ModelCall.Outcome"/>.</summary>
    public string Outcome { get; set; } = "failed";

    public TimeSpan? FirstToken { get; private set; }

    public TimeSpan Total { get; private set; }

    public long? InputTokens { get; set; }

    public long? OutputTokens { get; set; }

    /// <summary>The text ends where the room for it ended.</summary>
    public bool IsCut { get; set; }

    public void TokenArrived() => FirstToken ??= clock.GetElapsedTime(_startedAt);

    public void Ended(string outcome) => (Outcome, Total) = (outcome, clock.GetElapsedTime(_startedAt));

    public ModelCall ToCall() => new(Model, Outcome, Total, FirstToken, InputTokens, OutputTokens);
}
