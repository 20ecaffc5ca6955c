using RagAspire.Monitoring;

namespace RagAspire.Capacity.History;

/// <summary>The time range that is read, and the distance of its values.</summary>
public sealed record HistoryWindow(DateTimeOffset From, DateTimeOffset To, TimeSpan Step)
{
    private const int MostValues = 1_500;

    private static readonly TimeSpan[] Steps =
    [
        TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(6),
        TimeSpan.FromHours(12), TimeSpan.FromDays(1),
    ];

    /// <summary>A window with the smallest step that does not give too many values; hours for more than five days.</summary>
    public static HistoryWindow Ending(DateTimeOffset to, TimeSpan length)
    {
        var step = Steps.FirstOrDefault(step => length / step <= MostValues
            && (step >= TimeSpan.FromHours(1) || length <= TimeSpan.FromDays(2)));
        step = step == default ? Steps[^1] : step;

        // Full steps, so that the same question an instant later gives the same values.
        var end = new DateTimeOffset(to.UtcTicks - (to.UtcTicks % step.Ticks), TimeSpan.Zero);
        return new HistoryWindow(end - length, end, step);
    }
}

/// <summary>What is known about the past of one figure.</summary>
/// <param name="Subject">Such as a mount point; null when the figure has one series.</param>
/// <param name="Points">In order of time, at full steps; steps without a value are absent.</param>
/// <param name="Source"><c>prometheus</c> or <c>database</c>.</param>
/// <param name="Query">What gives the points again.</param>
public sealed record MetricHistory(
    CapacityMetric Metric,
    string? Subject,
    IReadOnlyList<PrometheusPoint> Points,
    TimeSpan Step,
    string Source,
    string Query)
{
    /// <summary>The value that must not be reached; null when there is none.</summary>
    public double? Limit { get; init; }

    public string? LimitQuery { get; init; }

    /// <summary>Why there is no limit, where there could be one; null when there is nothing to say.</summary>
    public string? NoLimit { get; init; }

    /// <summary>Why there are no points; null when there are.</summary>
    public string? Missing { get; init; }
}
