using System.Text.Json.Serialization;

namespace RagAspire.Diagnosis;

[JsonConverter(typeof(EnumWordConverter<DiagnosisStatus>))]
public enum DiagnosisStatus
{
    Healthy,

    /// <summary>A part could not be examined, and nothing else is wrong.</summary>
    Unknown,
    Warning,
    Critical,
}

/// <summary>The result of one probe.</summary>
/// <param name="TookMs">Milliseconds.</param>
/// <param name="Reason">Why the state is unknown, or what of it; null where all was examined.</param>
public sealed record ProbeResult(string Name, DiagnosisStatus Status, double TookMs, string? Reason);

/// <summary>The part that one stage has in the time of a flow.</summary>
/// <param name="Flow">Such as <c>answers</c>.</param>
/// <param name="Share">Between 0 and 1, of all time that the flow took in the range.</param>
/// <param name="Query">PromQL that gives the share, at the time of the report.</param>
public sealed record StageShare(
    string Flow, string Stage, double Share, double? P95Seconds, double? FlowP95Seconds, string Query);

/// <summary>A measure whose level changed within the range.</summary>
/// <param name="Query">PromQL that gives the measure.</param>
/// <param name="Score">How many robust standard deviations the median moved.</param>
/// <param name="At">The time of the change.</param>
public sealed record MeasureChange(string Query, double Before, double After, double Score, DateTimeOffset At);

/// <summary>A diagnosis of the whole system.</summary>
/// <param name="Findings">Causes first, worst first, then what follows from each of them in the same order.</param>
/// <param name="TookMs">Milliseconds, all probes together.</param>
public sealed record DiagnosisReport(
    DiagnosisStatus Status,
    DateTimeOffset At,
    DateTimeOffset Since,
    double TookMs,
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<ProbeResult> Probes)
{
    /// <summary>Why no diagnosis was made when an alert came; null for a diagnosis.</summary>
    public string? NotMade { get; init; }

    /// <summary>Whose figures the stages and changes are; null when nothing was measured.</summary>
    public string? MeasuredBy { get; init; }

    /// <summary>What the probes have read beside its limit, crossed or not; empty in reports of earlier releases.</summary>
    public IReadOnlyList<Figure> Figures { get; init; } = [];

    /// <summary>Where the time of requests and of ingestion goes; empty when nothing was measured.</summary>
    public IReadOnlyList<StageShare> Stages { get; init; } = [];

    /// <summary>The measures that changed most; empty when nothing was measured or nothing changed.</summary>
    public IReadOnlyList<MeasureChange> Changes { get; init; } = [];
}
