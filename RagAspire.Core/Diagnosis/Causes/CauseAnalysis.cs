using Microsoft.Extensions.Options;

namespace RagAspire.Diagnosis.Causes;

/// <summary>What the measures of a window say.</summary>
internal sealed record CauseReport(
    IReadOnlyList<Observation> Observations,
    IReadOnlyList<StageShare> Stages,
    IReadOnlyList<MeasureChange> Changes,
    string Source)
{
    /// <summary>Why these are not the figures that should have been read; null when they are.</summary>
    public string? Unknown { get; init; }
}

/// <summary>
/// Explains troubles by figures over time: from Prometheus where it answers, else from this process' own meters.
/// </summary>
internal sealed class CauseAnalysis(PrometheusMeasures prometheus, MeterHistory meters, IOptions<CauseOptions> options)
{
    private const int MaxChanges = 10;

    /// <exception cref="ProbeException">There is no history.</exception>
    public async Task<CauseReport> AnalyzeAsync(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var (measures, unknown) = await ReadAsync(window, cancellationToken);
        return new CauseReport(
            [.. StageAnalysis.Bottlenecks(measures), .. TrafficAnalysis.Examine(measures)],
            StageAnalysis.Shares(measures),
            measures.Changes(MaxChanges),
            measures.Source)
        {
            Unknown = unknown,
        };
    }

    private async Task<(MeasureSet Measures, string? Unknown)> ReadAsync(
        DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var reason = "No Prometheus is configured (Prometheus:Url), and a command has no history of its own.";
        if (prometheus.IsConfigured)
        {
            try
            {
                var measures = await ReadAsync(prometheus, window, cancellationToken);
                if (!measures.IsEmpty)
                {
                    return (measures, null);
                }

                reason = "Prometheus has no figures of this system.";
            }
            catch (ProbeException ex)
            {
                // Prometheus may be what is broken; the process' own figures are the second choice.
                reason = ex.Message;
            }
        }

        return meters.IsRunning || meters.HasMeasured
            ? (await ReadAsync(meters, window, cancellationToken),
                prometheus.IsConfigured ? $"{reason} The figures are those of {meters.Source}." : null)
            : throw new ProbeException(reason);
    }

    private async Task<MeasureSet> ReadAsync(IMeasureHistory history, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var series = await Task.WhenAll(Measures.All.Select(async measure =>
            KeyValuePair.Create(measure, await history.ReadAsync(measure, window, cancellationToken))));
        return new MeasureSet(series.ToDictionary(), options.Value, history.Source);
    }
}
