namespace RagAspire.Monitoring;

/// <summary>One series of an instant query.</summary>
/// <param name="Labels">Without the name of the metric, as after a function or an aggregation; with <c>__name__</c> else.</param>
/// <param name="Value">May be NaN or infinite.</param>
public sealed record PrometheusSample(IReadOnlyDictionary<string, string> Labels, double Value)
{
    /// <summary>The value of a label; empty when the series does not have it.</summary>
    public string this[string label] => Labels.GetValueOrDefault(label, "");
}

/// <summary>A value at a time.</summary>
public readonly record struct PrometheusPoint(DateTimeOffset At, double Value);

/// <summary>One series of a range query.</summary>
/// <param name="Points">In order of time; steps without a value are absent.</param>
public sealed record PrometheusSeries(IReadOnlyDictionary<string, string> Labels, IReadOnlyList<PrometheusPoint> Points)
{
    /// <summary>The value of a label; empty when the series does not have it.</summary>
    public string this[string label] => Labels.GetValueOrDefault(label, "");
}

/// <summary>Prometheus gave no result: it is not configured, is away, took too long, or rejected the query.</summary>
/// <param name="reason">For operators; it names the address or the query.</param>
public sealed class PrometheusException(string reason, Exception? innerException = null) : Exception(reason, innerException);
