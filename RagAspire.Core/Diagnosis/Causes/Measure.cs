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

    /// <summary>The largest of a gauge that several processes export alike.</summary>
    State,
}

/// <summary>A figure over time that Prometheus and this process' own meters both can give.</summary>
/// <param name="Metric">The name in Prometheus, without the suffixes of a histogram.</param>
/// <param name="By">The labels that remain.</param>
/// <param name="IsHistogram">A rate of a histogram is that of its count.</param>
/// <param name="Where">One label with its value, as <c>name="value"</c>; null for all series.</param>
/// <param name="IsOfApi">Only what the API did: the worker's calls for ingestion would count as those of requests.</param>
internal sealed record Measure(
    string Metric, MeasureKind Kind, string By = "", bool IsHistogram = true, string? Where = null, bool IsOfApi = true)
{
    private const string Api = "job=\"ragaspire-api\"";

    /// <summary>The expression whose value is this measure.</summary>
    /// <param name="matcher">A further condition on labels; null for all.</param>
    public string Query(TimeSpan rateRange, string? matcher = null)
    {
        string?[] conditions = [IsOfApi ? Api : null, Where, matcher];
        var where = string.Join(',', conditions.OfType<string>());
        where = where.Length == 0 ? "" : $"{{{where}}}";
        var range = $"[{Seconds(rateRange)}]";
        var by = By.Length == 0 ? "" : $" by ({By})";
        return Kind switch
        {
            MeasureKind.Rate => $"sum{by} (rate({Metric}{(IsHistogram ? "_count" : "")}{where}{range}))",
            MeasureKind.Busy => $"sum{by} (rate({Metric}_sum{where}{range}))",
            MeasureKind.P95 => $"histogram_quantile(.95, sum by (le{(By.Length == 0 ? "" : $", {By}")}) (rate({Metric}_bucket{where}{range})))",
            MeasureKind.State => $"max{by} ({Metric}{where})",
            _ => $"sum{by} ({Metric}{where})",
        };
    }

    /// <summary>The mean of the measure at the end of a range, without the steps in which a percentile has no values.</summary>
    public string Recent(CauseOptions options, string? matcher = null)
    {
        var query = Query(options.RateRange, matcher);
        return $"avg_over_time(({query}{(Kind == MeasureKind.P95 ? " >= 0" : "")})[{Seconds(options.Recent)}:{Seconds(options.Step)}])";
    }

    /// <summary>The condition that leaves the series of one value of the label.</summary>
    public string? Matcher(string label) => By.Length == 0
        ? null
        : $"{By}=\"{label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";

    private static string Seconds(TimeSpan time) => string.Create(
        CultureInfo.InvariantCulture, $"{Math.Max(1, (long)time.TotalMilliseconds)}ms").Replace("000ms", "s", StringComparison.Ordinal);
}

/// <summary>The values of a measure for one value of its label.</summary>
/// <param name="Label">Empty for a measure without labels.</param>
/// <param name="Points">In order of time.</param>
/// <param name="Now">The mean at the end of the window; 0 where nothing was measured.</param>
internal sealed record MeasureSeries(string Label, IReadOnlyList<(DateTimeOffset At, double Value)> Points, double Now);

/// <summary>A history of measures: Prometheus', or that of this process.</summary>
internal interface IMeasureHistory
{
    /// <summary>Whose figures these are, for the reader of a report.</summary>
    string Source { get; }

    /// <exception cref="ProbeException">The history cannot be read.</exception>
    Task<IReadOnlyList<MeasureSeries>> ReadAsync(Measure measure, DiagnosisWindow window, CancellationToken cancellationToken);
}
