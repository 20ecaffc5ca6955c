namespace RagAspire.Client;

/// <summary>Whether the memory of each process grows.</summary>
/// <param name="Trend">The worst of the processes: insufficient data, stable, growing or shrinking.</param>
/// <param name="Unknown">What could not be read, with the reason.</param>
public sealed record MemoryReport(
    DateTimeOffset At, string Trend, IReadOnlyList<ServiceMemory> Services, IReadOnlyList<string> Unknown);

/// <summary>One process, or one program or container with all its processes.</summary>
/// <param name="WorkingSet">Bytes.</param>
/// <param name="Limit">Bytes at which it is ended or begins to evict; null without a limit.</param>
public sealed record ServiceMemory(
    string Service,
    string Instance,
    DateTimeOffset? StartedAt,
    double WorkingSet,
    double? Limit,
    string Trend,
    IReadOnlyList<PartVerdict> Parts);

/// <summary>The verdict on one part of a process' memory over one window.</summary>
/// <param name="Unit">bytes or count.</param>
public sealed record PartVerdict(string Part, string Unit, TimeSpan Window, MemoryVerdict Verdict);

/// <summary>The judgement on one series.</summary>
/// <param name="Reason">Why, with the numbers.</param>
public sealed record MemoryVerdict(string Trend, string Reason, int Samples)
{
    public double? Level { get; init; }

    public double? PerHour { get; init; }

    /// <summary>From 0 to 1.</summary>
    public double? Confidence { get; init; }
}

/// <summary>What the system uses, what it will use, and what to do about it.</summary>
/// <param name="Unknown">What cannot be known, and why.</param>
public sealed record CapacityReport(
    DateTimeOffset At,
    IReadOnlyList<CapacityFigure> Figures,
    IReadOnlyList<Recommendation> Recommendations,
    IReadOnlyList<string> Unknown);

/// <summary>One figure with its past and its future.</summary>
/// <param name="Subject">Such as a mount point; null where there is one series.</param>
/// <param name="Unit">percent, bytes, seconds, count, persecond or perhour.</param>
public sealed record CapacityFigure(string Name, string? Subject, string Title, string Unit)
{
    /// <summary>The mean and the busiest step of the last seven days.</summary>
    public double? CurrentMean { get; init; }

    /// <inheritdoc cref="CurrentMean"/>
    public double? CurrentPeak { get; init; }

    public double? Limit { get; init; }

    public Projection? Projection { get; init; }

    public Crossing? Crossing { get; init; }

    /// <summary>Why there is no projection, or what limits it.</summary>
    public string? Unknown { get; init; }
}

/// <summary>The expected mean and the busiest step of the last seven days that were looked ahead.</summary>
public sealed record Projection(double Mean, double Peak);

/// <summary>When the limit is reached; null for not within the time that was looked ahead.</summary>
/// <param name="Early">The first day at which the upper end of the 95 % interval is there.</param>
/// <param name="Late">The first day at which the lower end is there.</param>
public sealed record Crossing(DateTimeOffset? Early, DateTimeOffset? Likely, DateTimeOffset? Late);

/// <summary>Something to do before a limit is reached.</summary>
/// <param name="Urgency">low, medium or high.</param>
/// <param name="Effect">What it would bring, where that was measured.</param>
public sealed record Recommendation(
    string Figure, string? Subject, string Action, string Urgency, string Reason, string? Effect, DateTimeOffset? By);

/// <summary>Tokens and cost of the models in a period. Times are UTC.</summary>
/// <param name="Period">day, week or month.</param>
/// <param name="Steps">By the hour for a day, else by the day.</param>
/// <param name="ByHour">By the hour of the day, 0–23.</param>
/// <param name="WithoutPrice">Models that were used and cost nothing because they have no price.</param>
public sealed record UsageReport(
    string Period,
    DateTimeOffset From,
    DateTimeOffset Until,
    string Currency,
    UsageTotals Total,
    IReadOnlyList<UsageStep> Steps,
    IReadOnlyList<UsageShare> ByKey,
    IReadOnlyList<UsageShare> ByCollection,
    IReadOnlyList<UsageShare> ByModel,
    IReadOnlyList<UsageShare> ByKind,
    IReadOnlyList<UsageShare> ByHour,
    IReadOnlyList<UsageShare> ByWeekday,
    IReadOnlyList<BudgetState> Budgets,
    IReadOnlyList<string> WithoutPrice);

/// <summary>Sums over calls.</summary>
/// <param name="EstimatedTokens">The part of the tokens that the model did not report.</param>
public sealed record UsageTotals(long Calls, long InputTokens, long OutputTokens, long EstimatedTokens, decimal Cost);

/// <summary>The usage of one key, collection, model or purpose.</summary>
public sealed record UsageShare(string Id, string Name, UsageTotals Usage);

/// <summary>The usage of an hour or a day.</summary>
public sealed record UsageStep(DateTimeOffset At, UsageTotals Usage);

/// <summary>The budget of a key, and what it has spent of it.</summary>
/// <param name="Period">day or month.</param>
public sealed record BudgetState(string Name, decimal Amount, string Period, decimal Spent, DateTimeOffset Until)
{
    /// <summary>What will be spent at the end of the period if it goes on like this; null where that is not known.</summary>
    public decimal? Expected { get; init; }

    public string? ExpectedUnknown { get; init; }
}
