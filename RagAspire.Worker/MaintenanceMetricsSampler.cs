using RagAspire.Database;
using RagAspire.Maintenance.Scheduling;
using RagAspire.Maintenance.Tasks;

namespace RagAspire.Worker;

/// <summary>Updates the metrics of schedules and of stored values from the database, so that they survive restarts.</summary>
public sealed class MaintenanceMetricsSampler(
    ScheduleStore schedules, StoredMetrics metrics, DatabaseStartup database, TimeProvider time) : PollingService(database, time)
{
    protected override TimeSpan Interval => TimeSpan.FromSeconds(4);

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        await schedules.MeasureAsync(cancellationToken);
        await metrics.MeasureAsync(cancellationToken);
    }
}
