using System.Diagnostics.Metrics;
using RagAspire.Maintenance.Scheduling;

namespace RagAspire.Backups;

/// <summary>The table of backups in numbers.</summary>
/// <param name="LastSuccess">When the newest good backup was made; without one, when the system was set up.</param>
/// <param name="SizeBytes">The size of that backup; null without one.</param>
/// <param name="Damaged">Damaged backups whose files still exist.</param>
/// <param name="Untrusted">Backups whose signature is missing or wrong, and whose files still exist.</param>
/// <param name="NotSigned">Backups of earlier versions, which did not sign; they do not count as good ones.</param>
/// <param name="LastDrill">When a restore drill last succeeded; without one, when the system was set up.</param>
/// <param name="DrillSeconds">The duration of the last drill; null before the first.</param>
public sealed record BackupSummary(
    DateTimeOffset LastSuccess,
    long? SizeBytes,
    long Damaged,
    long Untrusted,
    long NotSigned,
    DateTimeOffset LastDrill,
    double? DrillSeconds,
    bool DrillFailed);

/// <summary>Metrics of backups. The values come from the table, so that they survive restarts.</summary>
public sealed class BackupMetrics
{
    public const string MeterName = "RagAspire.Backups";

    private volatile BackupSummary? _summary;

    public BackupMetrics(IMeterFactory meters, Schedule schedule)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge(
            "rag.backup.last_success_timestamp", () => Measure(summary => Seconds(summary.LastSuccess)), "s",
            "When the last good backup was made; without one, when the system was set up");
        meter.CreateObservableGauge(
            "rag.backup.alert_after", () => AlertAfter(schedule.Find("backup")), "s",
            "The age of a backup that is too old, from the schedule");
        meter.CreateObservableGauge(
            "rag.backup.size", () => Measure(summary => summary.SizeBytes), "By", "Size of the last good backup");
        meter.CreateObservableGauge(
            "rag.backup.damaged", () => Measure(summary => summary.Damaged), "{backup}",
            "Damaged backups whose files still exist");
        meter.CreateObservableGauge(
            "rag.backup.untrusted", Untrusted, "{backup}",
            "Backups that are not trusted: with a missing or wrong signature, or of a version that did not sign");
        meter.CreateObservableGauge(
            "rag.restore.drill.last_success_timestamp", () => Measure(summary => Seconds(summary.LastDrill)), "s",
            "When a restore drill last succeeded; without one, when the system was set up");
        meter.CreateObservableGauge(
            "rag.restore.drill.duration", () => Measure(summary => summary.DrillSeconds), "s",
            "Duration of the last restore drill");
        meter.CreateObservableGauge(
            "rag.restore.drill.failed", () => Measure(summary => summary.DrillFailed ? 1 : 0),
            description: "Whether the last restore drill failed");
    }

    public void Update(BackupSummary summary) => _summary = summary;

    private static double Seconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / 1000d;

    private static IEnumerable<Measurement<double>> AlertAfter(ScheduleRow? row) =>
        row is { IsScheduled: true, AlertAfter: { } age } ? [new Measurement<double>(age.TotalSeconds)] : [];

    private IEnumerable<Measurement<long>> Untrusted() => _summary is not { } summary ? [] :
    [
        new Measurement<long>(summary.Untrusted, new KeyValuePair<string, object?>("reason", "signature")),
        new Measurement<long>(summary.NotSigned, new KeyValuePair<string, object?>("reason", "unsigned")),
    ];

    /// <summary>No measurement before the first summary, rather than a wrong zero.</summary>
    private IEnumerable<Measurement<double>> Measure(Func<BackupSummary, double?> metric) =>
        _summary is { } summary && metric(summary) is { } value ? [new Measurement<double>(value)] : [];
}
