using System.Text.Json.Serialization;
using RagAspire.Capacity.Forecasting;
using RagAspire.Capacity.History;
using RagAspire.Capacity.Recommendations;
using RagAspire.Monitoring;

namespace RagAspire.Capacity;

/// <summary>What is asked of the planner.</summary>
/// <param name="History">How far to look back.</param>
/// <param name="Ahead">How far to look ahead.</param>
/// <param name="Growth">What if there were this many times as many requests; null for no such question.</param>
/// <param name="Documents">What if there were this many documents; null for no such question.</param>
/// <param name="Metric">Only this figure; null for all.</param>
public sealed record CapacityRequest(TimeSpan History, TimeSpan Ahead, double? Growth = null, long? Documents = null,
    string? Metric = null);

/// <summary>What the system uses, what it will use, and what to do about it.</summary>
/// <param name="Unknown">What cannot be known, and why.</param>
/// <param name="Load">The measured capacity of a replica; null when it was never measured.</param>
public sealed record CapacityReport(
    DateTimeOffset At,
    CapacityRequest Request,
    IReadOnlyList<CapacityFigure> Figures,
    IReadOnlyList<Recommendation> Recommendations,
    IReadOnlyList<ResourceRequest> Requests,
    IReadOnlyList<WhatIf> WhatIf,
    LoadModel? Load,
    IReadOnlyList<string> Unknown);

/// <summary>One figure with its past and its future.</summary>
/// <param name="Source"><c>prometheus</c>, <c>database</c> or <c>none</c>.</param>
/// <param name="Query">What gives the values again, evaluated from <paramref name="From"/> to <paramref name="To"/> at each
/// step.</param>
public sealed record CapacityFigure(
    string Name,
    string? Subject,
    string Title,
    CapacityUnit Unit,
    GrowthDriver Driver,
    string Source,
    string Query,
    DateTimeOffset? From,
    DateTimeOffset? To,
    TimeSpan Step)
{
    /// <summary>The number of values, those missing in between, and those replaced because they stood alone.</summary>
    public int Values { get; init; }

    public int Gaps { get; init; }

    public int Outliers { get; init; }

    /// <summary>The last value.</summary>
    public double? Last { get; init; }

    /// <summary>The mean of the last seven days, or of the whole history when it is shorter.</summary>
    public double? CurrentMean { get; init; }

    /// <summary>The busiest step of the same days.</summary>
    public double? CurrentPeak { get; init; }

    public FigureTrend? Trend { get; init; }

    /// <summary>The cycles that were looked for.</summary>
    public IReadOnlyList<FigureRhythm> Rhythms { get; init; } = [];

    /// <summary>The value that should not be reached, and where it comes from: a query, an option, or what it means.</summary>
    public double? Limit { get; init; }

    public string? LimitSource { get; init; }

    public Projection? Projection { get; init; }

    /// <summary>When the limit is reached; null without a limit or a projection.</summary>
    public Crossing? Crossing { get; init; }

    /// <summary>Why there is no projection, or what limits it; null when there is nothing to say.</summary>
    public string? Unknown { get; init; }

    /// <summary>All values for charts: the repaired past and the forecast.</summary>
    [JsonIgnore]
    public FigureSeries? Series { get; init; }

    /// <summary>The title with the subject.</summary>
    [JsonIgnore]
    public string FullTitle => Subject is null ? Title : $"{Title} of {Subject}";
}

/// <summary>The change of the daily means, by Theil and Sen.</summary>
/// <param name="Lower">Lower end of the 95 % interval; null when there are too few days.</param>
/// <param name="IsSignificant">Whether the interval leaves no doubt about the direction.</param>
public sealed record FigureTrend(double PerDay, double? Lower, double? Upper, double RSquared, bool IsSignificant);

/// <param name="Name"><c>day</c> or <c>week</c>.</param>
/// <param name="Strength">The share of the variance that the cycle explains beyond chance.</param>
/// <param name="Peak">The next peak of the cycle.</param>
public sealed record FigureRhythm(string Name, bool IsPresent, double Strength, double Amplitude, DateTimeOffset Peak,
    DateTimeOffset Low);

/// <summary>The future of a figure.</summary>
/// <param name="Mean">The expected mean of the last seven days, or of the whole projection when it is shorter.</param>
/// <param name="Peak">The busiest step of the same days.</param>
/// <param name="GrowthPercent">From the current mean to the expected one; null when the current mean is 0.</param>
/// <param name="Days">One value for each day ahead: the mean, with its intervals.</param>
/// <param name="Methods">The methods that were combined, the heaviest first.</param>
public sealed record Projection(
    double Mean,
    double Peak,
    double? GrowthPercent,
    IReadOnlyList<ProjectedDay> Days,
    IReadOnlyList<MethodWeight> Methods,
    BacktestResult Backtest);

/// <param name="Lower80">The value is between this and <paramref name="Upper80"/> with a probability of 80 %.</param>
public sealed record ProjectedDay(DateOnly Day, double Value, double Peak, double Lower80, double Upper80, double Lower95,
    double Upper95);

/// <summary>When the limit is reached. Null: not within the time that was looked ahead.</summary>
/// <param name="Early">The first time at which the upper end of the 95 % interval is there.</param>
/// <param name="Likely">The first time at which the expected value is there.</param>
/// <param name="Late">The first time at which the lower end of the 95 % interval is there.</param>
public sealed record Crossing(DateTimeOffset? Early, DateTimeOffset? Likely, DateTimeOffset? Late);

/// <summary>The points of a chart.</summary>
public sealed record FigureSeries(IReadOnlyList<PrometheusPoint> Past, DateTimeOffset FirstAhead, TimeSpan Step, Forecast Ahead);

/// <summary>One line of the answer to a what-if question.</summary>
/// <param name="Now">The value now: the busiest step for what requests cause, the last value for what documents take.</param>
/// <param name="Then">The value under the assumption.</param>
/// <param name="Basis">How it was computed.</param>
public sealed record WhatIf(
    string Name, string? Subject, string Title, CapacityUnit Unit, double Now, double Then, double? Limit, bool Exceeds,
        string Basis);
