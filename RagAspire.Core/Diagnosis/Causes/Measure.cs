using System.Globalization;

namespace RagAspire.Diagnosis.Causes;

internal enum MeasureKind
{
    /// <summary>Events of one second, of a counter or a histogram.</summary>
    Rate,

    /// <summary>Seconds that passed in one second, of a histogram of durations: how many were busy at once.</summary>
    Busy,

    /// <summary>The 95th percentile of a histogram.</summary>
    P95,

    /// <summary>The sum of a gauge.</summary>
    Gauge,
}

/// <summary>A figure over time that Prometheus and this process' own meters both can give.</summary>
/// <param name="Metric">The name in Prometheus, without the suffixes of a histogram.</param>
/// <param name="By">The labels that remain.</param>
/// <param name="IsHistogram">A rate of a histogram is that of its count.</param>
/// <param name="Where">One label with its value, as <c>name="value"</c>; null for all series.</param>
internal sealed record Measure(string Metric, MeasureKind Kind, string By = "", bool IsHistogram = true, string? Where = null)
{
    /// <summary>The expression whose value is this measure.</summary>
    public string Query(TimeSpan rateRange)
    {
        var where = Where is null ? "" : $"{{{Where}}}";
        var range = $"[{rateRange.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)}s]";
        var by = By.Length == 0 ? "" : $" by ({By})";
        return Kind switch
        {
            MeasureKind.Rate => $"sum{by} (rate({Metric}{(IsHistogram ? "_count" : "")}{where}{range}))",
            MeasureKind.Busy => $"sum{by} (rate({Metric}_sum{where}{range}))",
            MeasureKind.P95 => $"histogram_quantile(.95, sum by (le{(By.Length == 0 ? "" : $", {By}")}) (rate({Metric}_bucket{where}{range})))",
            _ => $"sum{by} ({Metric}{where})",
        };
    }
}

/// <summary>The values of a measure for one value of its label, in order of time.</summary>
/// <param name="Label">Empty for a measure without labels.</param>
internal sealed record MeasureSeries(string Label, IReadOnlyList<(DateTimeOffset At, double Value)> Points);

/// <summary>A history of measures: Prometheus', or that of this process.</summary>
internal interface IMeasureHistory
{
    /// <summary>Whose figures these are, for the reader of a report.</summary>
    string Source { get; }

    /// <exception cref="ProbeException">The history cannot be read.</exception>
    Task<IReadOnlyList<MeasureSeries>> ReadAsync(Measure measure, DiagnosisWindow window, CancellationToken cancellationToken);
}
