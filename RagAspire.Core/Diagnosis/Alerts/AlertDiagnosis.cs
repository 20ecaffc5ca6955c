using RagAspire.Database;

namespace RagAspire.Diagnosis.Alerts;

/// <summary>
/// Makes a diagnosis for alerts that were received. The webhook only stores the alert; a poll finds what has no report yet,
/// so a report is also made after a restart, and alerts that arrive together share one diagnosis.
/// </summary>
public sealed class AlertDiagnosis(
    AlertReportStore reports, DiagnosisService diagnosis, DatabaseStartup database, TimeProvider time)
    : PollingService(database, time)
{
    // A diagnosis of a trouble that is over would mislead, so older alerts stay without one.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    private const int MaxAlerts = 500;
    private const int MaxFindings = 100;
    private const int MaxEvidence = 10;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(2);

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        var waiting = await reports.WaitingAsync(MaxAge, MaxAlerts, cancellationToken);
        if (waiting.Count > 0)
        {
            var report = await diagnosis.DiagnoseAsync(range: null, cancellationToken);
            await reports.AddAsync(waiting, Bounded(report), cancellationToken);
        }

        var missed = await reports.MissedAsync(MaxAge, Settled, MaxAlerts, cancellationToken);
        foreach (var group in missed.GroupBy(alert => alert.IsResolved))
        {
            await reports.AddAsync([.. group.Select(alert => alert.Id)], NotMade(group.Key), cancellationToken);
        }
    }

    /// <summary>Stands in the place of a diagnosis, with the reason for its absence.</summary>
    private DiagnosisReport NotMade(bool isResolved) =>
        new(DiagnosisStatus.Unknown, Now, Now, 0, [], [])
        {
            NotMade = isResolved
                ? "The alert was resolved before a diagnosis could be made."
                : $"The alert was older than {MaxAge.TotalMinutes:0} minutes when a diagnosis could be made.",
        };

    /// <summary>A report of limited size: the first findings count.</summary>
    private static DiagnosisReport Bounded(DiagnosisReport report) => report with
    {
        Findings =
        [
            .. report.Findings.Take(MaxFindings)
                .Select(finding => finding with { Evidence = [.. finding.Evidence.Take(MaxEvidence)] }),
        ],
    };
}
