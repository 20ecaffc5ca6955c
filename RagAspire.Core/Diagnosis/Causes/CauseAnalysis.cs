using Microsoft.Extensions.Options;

namespace RagAspire.Diagnosis.Causes;

/// <summary>What the measures of a window say.</summary>
internal sealed record CauseReport(
    IReadOnlyList<Observation> Observations, IReadOnlyList<StageShare> Stages, IReadOnlyList<MeasureChange> Changes, string Source);

/// <summary>
/// Explains troubles by figures over time: from Prometheus where it answers, else from this process' own meters.
/// </summary>
internal sealed class CauseAnalysis(PrometheusHistory prometheus, MeterHistory meters, IOptions<CauseOptions> options)
{
    private const int MaxChanges = 10;

    /// <summary>Whether there is a history: a command without Prometheus has none.</summary>
    public bool IsAvailable => prometheus.IsConfigured || meters.IsRunning;

    public async Task<CauseReport> AnalyzeAsync(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var measures = await ReadAsync(window, cancellationToken);
        return new CauseReport(
            [.. StageAnalysis.Bottlenecks(measures), .. TrafficAnalysis.Examine(measures)],
            StageAnalysis.Shares(measures),
            measures.Changes(MaxChanges),
            measures.Source);
    }

    private async Task<MeasureSet> ReadAsync(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        if (prometheus.IsConfigured)
        {
            try
            {
                var measures = await ReadAsync(prometheus, window, cancellationToken);
                if (!measures.IsEmpty || !meters.IsRunning)
                {
                    return measures;
                }
            }
            catch (ProbeException) when (meters.IsRunning)
            {
                // Prometheus may be what is broken; the process' own figures are the second choice.
            }
        }

        return await ReadAsync(meters, window, cancellationToken);
    }

    private async Task<MeasureSet> ReadAsync(IMeasureHistory history, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var series = await Task.WhenAll(Measures.All.Select(async measure =>
            KeyValuePair.Create(measure, await history.ReadAsync(measure, window, cancellationToken))));
        return new MeasureSet(series.ToDictionary(), options.Value, history.Source);
    }
}
