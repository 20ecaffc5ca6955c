using System.Diagnostics.Metrics;
using RagAspire.Maintenance.Scheduling;

namespace RagAspire.Backups;

/// <summary>What the table of backups comes to.</summary>
/// <param name="LastSuccess">When the newest good backup was made; without one, when the system was set up.</param>
/// <param name="SizeBytes">Of that one; null without one.</param>
/// <param name="Damaged">Backups that lie there and cannot be restored.</param>
/// <param name="LastDrill">The last successful drill; without one, when the system was set up.</param>
/// <param name="DrillSeconds">How long the last drill took; null before the first.</param>
public sealed record BackupFigures(
    DateTimeOffset LastSuccess, long? SizeBytes, long Damaged, DateTimeOffset LastDrill, double? DrillSeconds, bool DrillFailed);

/// <summary>What operators see of backups. The figures come from the table, so that they survive restarts.</summary>
public sealed class BackupMetrics
{
    public const string MeterName = "RagAspire.Backups";

    private volatile BackupFigures? _figures;

    public BackupMetrics(IMeterFactory meters, Schedule schedule)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge(
            "rag.backup.last_success_timestamp", () => Known(figures => Seconds(figures.LastSuccess)), "s",
            "When the last good backup was made; without one, when the system was set up");
        meter.CreateObservableGauge(
            "rag.backup.alert_after", () => AlertAfter(schedule.Find("backup")), "s",
            "The age of a backup that is too old, from the schedule");
        meter.CreateObservableGauge("rag.backup.size", () => Known(figures => figures.SizeBytes), "By", "Of the last good backup");
        meter.CreateObservableGauge(
            "rag.backup.damaged", () => Known(figures => figures.Damaged), "{backup}", "Backups that were found to be damaged and still lie there");
        meter.CreateObservableGauge(
            "rag.restore.drill.last_success_timestamp", () => Known(figures => Seconds(figures.LastDrill)), "s",
            "When a restore drill last succeeded; without one, when the system was set up");
        meter.CreateObservableGauge(
            "rag.restore.drill.duration", () => Known(figures => figures.DrillSeconds), "s", "How long the last restore drill took");
        meter.CreateObservableGauge(
            "rag.restore.drill.failed", () => Known(figures => figures.DrillFailed ? 1 : 0), description: "Whether the last restore drill failed");
    }

    public void Refreshed(BackupFigures figures) => _figures = figures;

    private static double Seconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / 1000d;

    private static IEnumerable<Measurement<double>> AlertAfter(ScheduleRow? row) =>
        row is { IsScheduled: true, AlertAfter: { } age } ? [new Measurement<double>(age.TotalSeconds)] : [];

    private IEnumerable<Measurement<double>> Known(Func<BackupFigures, double?> figure) =>
        _figures is { } known && figure(known) is { } value ? [new Measurement<double>(value)] : [];
}
