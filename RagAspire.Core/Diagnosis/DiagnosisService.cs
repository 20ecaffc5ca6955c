using Microsoft.Extensions.Options;
using RagAspire.Diagnosis.Causes;

namespace RagAspire.Diagnosis;

/// <summary>Examines the whole system at once and says what is wrong, why, and what to do.</summary>
public sealed class DiagnosisService
{
    private readonly IReadOnlyList<IProbe> _probes;
    private readonly ProbeRunner _runner;
    private readonly DiagnosisOptions _options;
    private readonly CauseAnalysis? _causes;
    private readonly TimeProvider _time;

    /// <param name="causes">Null for a diagnosis without measures over time.</param>
    internal DiagnosisService(
        IEnumerable<IProbe> probes, ProbeRunner runner, IOptions<DiagnosisOptions> options, CauseAnalysis? causes,
        TimeProvider time)
    {
        _causes = causes;
        _probes = [.. probes];
        _runner = runner;
        _options = options.Value;
        _time = time;
    }

    /// <summary>Runs all probes in parallel, within <see cref="DiagnosisOptions.Limit"/>.</summary>
    /// <param name="range">How far to look back; null for <see cref="DiagnosisOptions.Window"/>.</param>
    public async Task<DiagnosisReport> DiagnoseAsync(TimeSpan? range, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var start = _time.GetTimestamp();
        var window = new DiagnosisWindow(now - (range ?? _options.Window), now);
        var causes = _causes is not null ? new CauseProbe(_causes) : null;
        var outcomes = await Task.WhenAll(
            Probes(causes).Select(probe => _runner.RunAsync(probe, window, _options.Limit, cancellationToken)));
        var findings = FindingRanking.Rank(outcomes.SelectMany(outcome => outcome.Observations));
        var probes = outcomes.Select(Result).OrderBy(probe => probe.Name, StringComparer.Ordinal).ToList();
        var status = probes.Select(probe => probe.Status).DefaultIfEmpty(DiagnosisStatus.Healthy).Max();
        return new DiagnosisReport(
            status, now, window.Since, _time.GetElapsedTime(start).TotalMilliseconds, findings, probes)
        {
            MeasuredBy = causes?.Report?.Source,
            Stages = causes?.Report?.Stages ?? [],
            Changes = causes?.Report?.Changes ?? [],
            Figures = window.Figures.Read(),
        };
    }

    private IEnumerable<IProbe> Probes(CauseProbe? causes) => causes is null ? _probes : _probes.Append(causes);

    private static ProbeResult Result(ProbeOutcome outcome) => new(
        outcome.Name,
        outcome.Observations.Select(Status)
            .Append(outcome.Reason is null ? DiagnosisStatus.Healthy : DiagnosisStatus.Unknown).Max(),
        Math.Round(outcome.Took.TotalMilliseconds, 1),
        outcome.Reason);

    private static DiagnosisStatus Status(Observation observation) =>
        (observation.Severity ?? FindingCatalog.Of(observation.Code).Severity) == FindingSeverity.Critical
            ? DiagnosisStatus.Critical
            : DiagnosisStatus.Warning;
}
