using Microsoft.Extensions.Logging;
using RagAspire.Maintenance.Scheduling;

namespace RagAspire.Maintenance.Runs;

/// <summary>Catches up on occurrences that came while no worker was running.</summary>
public sealed partial class MissedRuns(
    ScheduleStore schedules, RunStore runs, MaintenanceEnqueuer enqueuer, TimeProvider time, ILogger<MissedRuns> logger)
{
    /// <summary>
    /// Stores the schedule, and queues a run for the last missed occurrence of each task. Workers that start together queue it
    /// once.
    /// </summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        await schedules.StoreAsync(cancellationToken);
        var now = time.GetUtcNow();
        foreach (var stored in await schedules.ListAsync(cancellationToken))
        {
            if (stored.Row.Last(now) is { } dueAt && dueAt > stored.ScheduledSince
                && await runs.DueAsync(stored.Row.Task, dueAt, cancellationToken) is { IsOver: false } run)
            {
                Log.CaughtUp(logger, stored.Row.Task, dueAt);
                enqueuer.Enqueue(run.Id);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Task} was missed at {DueAt} and is queued now")]
        public static partial void CaughtUp(ILogger logger, string task, DateTimeOffset dueAt);
    }
}
