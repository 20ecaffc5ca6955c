using System.Globalization;
using RagAspire.Monitoring;

namespace RagAspire.Capacity.History;

/// <summary>Reads the past of a figure from Prometheus. Rates absorb the resets of counters, and a scrape that failed is a
/// gap.</summary>
internal sealed class PrometheusHistory(PrometheusApi prometheus)
{
    public bool IsConfigured => prometheus.IsConfigured;

    /// <returns>One history for each subject; empty when Prometheus knows nothing of the figure.</returns>
    /// <exception cref="PrometheusException">There is no answer.</exception>
    public async Task<IReadOnlyList<MetricHistory>> ReadAsync(
        CapacityMetric metric, HistoryWindow window, CancellationToken cancellationToken)
    {
        foreach (var template in metric.Queries)
        {
            var query = template.Replace("$range", Duration(window.Step), StringComparison.Ordinal);
            var found = await prometheus.RangeAsync(query, window.From, window.To, window.Step, cancellationToken);
            MetricHistory[] histories =
            [
                .. found.Select(series => new MetricHistory(
                    metric,
                    SubjectOf(metric, label => series[label]),
                    [.. series.Points.Where(point => double.IsFinite(point.Value))],
                    window.Step,
                    "prometheus",
                    query)).Where(history => history.Points.Count > 0),
            ];
            if (histories.Length > 0)
            {
                return await WithLimitsAsync(metric, histories, cancellationToken);
            }
        }

        return [];
    }

    private async Task<IReadOnlyList<MetricHistory>> WithLimitsAsync(
        CapacityMetric metric, MetricHistory[] histories, CancellationToken cancellationToken)
    {
        if (metric.LimitQuery is not { } query)
        {
            return [.. histories.Select(history => history with { Limit = metric.FixedLimit })];
        }

        // The limit at the end of the history: a disk may have been enlarged since, and a server may be away now.
        var limits = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var at in histories.Select(history => history.Points[^1].At).Distinct())
        {
            foreach (var sample in await prometheus.QueryAsync(query, cancellationToken, at))
            {
                limits[SubjectOf(metric, label => sample[label]) ?? ""] = sample.Value;
            }
        }

        return
        [
            .. histories.Select(history => history with
            {
                Limit = limits.TryGetValue(history.Subject ?? "", out var limit) && limit > 0 ? limit : null,
                LimitQuery = query,
            }),
        ];
    }

    private static string? SubjectOf(CapacityMetric metric, Func<string, string> value) => metric.Subject is { } labels
        ? string.Join(':', labels.Select(value).Where(text => text.Length > 0))
        : null;

    private static string Duration(TimeSpan step) => string.Create(CultureInfo.InvariantCulture, $"{(long)step.TotalMinutes}m");
}
