using System.Collections.Concurrent;
using RagAspire.Database;
using RagAspire.Monitoring;

namespace RagAspire.Capacity.History;

/// <summary>The past of all figures, and what could not be read.</summary>
/// <param name="Unavailable">Reasons, each once.</param>
internal sealed record SystemHistory(IReadOnlyList<MetricHistory> Metrics, IReadOnlyList<string> Unavailable);

/// <summary>Reads the past of each figure from the first source that knows it: Prometheus, else the database.</summary>
internal sealed class HistoryReader(PrometheusHistory prometheus, DatabaseHistory database, CostLimit cost)
{
    private const int ConcurrentQueries = 3;

    /// <param name="name">The figure; null for all.</param>
    public async Task<SystemHistory> ReadAsync(HistoryWindow window, string? name, CancellationToken cancellationToken)
    {
        CapacityMetric[] metrics = [.. CapacityMetrics.All.Where(metric => name is null || metric.Name == name)];
        var histories = new IReadOnlyList<MetricHistory>[metrics.Length];
        var reasons = new ConcurrentDictionary<string, bool>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, metrics.Length),
            new ParallelOptions { MaxDegreeOfParallelism = ConcurrentQueries, CancellationToken = cancellationToken },
            async (index, cancelled) =>
                histories[index] = await WithLimitAsync(
                    await ReadAsync(metrics[index], window, reasons, cancelled), window, reasons, cancelled));
        return new SystemHistory([.. histories.SelectMany(history => history)], [.. reasons.Keys.Order(StringComparer.Ordinal)]);
    }

    private async Task<IReadOnlyList<MetricHistory>> WithLimitAsync(
        IReadOnlyList<MetricHistory> histories, HistoryWindow window, ConcurrentDictionary<string, bool> reasons,
            CancellationToken cancellationToken)
    {
        try
        {
            var limited = new List<MetricHistory>();
            foreach (var history in histories)
            {
                limited.Add(await cost.AddAsync(history, window, cancellationToken));
            }

            return limited;
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex))
        {
            reasons.TryAdd($"The database cannot be reached: {ex.Message}", true);
            return histories;
        }
    }

    private async Task<IReadOnlyList<MetricHistory>> ReadAsync(
        CapacityMetric metric, HistoryWindow window, ConcurrentDictionary<string, bool> reasons,
            CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        try
        {
            var found = await prometheus.ReadAsync(metric, window, cancellationToken);
            if (found.Count > 0)
            {
                return found;
            }

            missing.Add("Prometheus has no series of it");
        }
        catch (PrometheusException ex)
        {
            reasons.TryAdd(ex.Message, true);
            missing.Add(ex.Message.TrimEnd('.'));
        }

        try
        {
            if (await database.ReadAsync(metric, window, cancellationToken) is { } own)
            {
                return [own];
            }

            missing.Add("the database has no record of it");
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex))
        {
            reasons.TryAdd($"The database cannot be reached: {ex.Message}", true);
            missing.Add("the database cannot be reached");
        }

        return
        [
            new MetricHistory(metric, null, [], window.Step, "none",
                metric.Queries[0]) { Missing = $"{string.Join("; ", missing)}." },
        ];
    }
}
