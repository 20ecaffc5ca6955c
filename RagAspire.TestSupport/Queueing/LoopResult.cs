namespace RagAspire.TestSupport.Queueing;

/// <summary>What a load was answered.</summary>
/// <param name="Took">Of the requests that succeeded.</param>
/// <param name="Failed">The number of the others.</param>
/// <param name="Length">Until the last answer.</param>
public sealed record LoopResult(IReadOnlyList<TimeSpan> Took, int Failed, TimeSpan Length)
{
    /// <summary>Successful requests.</summary>
    public double PerSecond => Took.Count / Length.TotalSeconds;

    /// <summary>Several loads after each other as one.</summary>
    public static LoopResult Joined(IReadOnlyCollection<LoopResult> parts) => new(
        [.. parts.SelectMany(part => part.Took)],
        parts.Sum(part => part.Failed),
        parts.Aggregate(TimeSpan.Zero, (sum, part) => sum + part.Length));
}
