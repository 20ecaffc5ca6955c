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
/// <param name="Reason">Why the state is unknown; null otherwise.</param>
public sealed record ProbeResult(string Name, DiagnosisStatus Status, double TookMs, string? Reason);

/// <summary>A diagnosis of the whole system.</summary>
/// <param name="Findings">Causes first, worst first, each followed by the findings that it explains.</param>
/// <param name="TookMs">Milliseconds, all probes together.</param>
public sealed record DiagnosisReport(
    DiagnosisStatus Status,
    DateTimeOffset At,
    DateTimeOffset Since,
    double TookMs,
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<ProbeResult> Probes);
