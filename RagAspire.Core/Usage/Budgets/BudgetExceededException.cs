namespace RagAspire.Usage.Budgets;

/// <summary>A call of a model is refused because the budget of its key is spent.</summary>
/// <param name="reason">For the caller.</param>
/// <param name="retryAfter">When the call may be admitted.</param>
public sealed class BudgetExceededException(string reason, TimeSpan retryAfter) : Exception(reason)
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
