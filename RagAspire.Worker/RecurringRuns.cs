using Hangfire;
using Hangfire.Common;
using Hangfire.PostgreSql;
using RagAspire.Database;
using RagAspire.Maintenance.Runs;
using RagAspire.Maintenance.Scheduling;

namespace RagAspire.Worker;

/// <summary>Registers the schedule as Hangfire's recurring jobs when the worker starts.</summary>
public sealed partial class RecurringRuns(
    JobServer jobs, ScheduleStore schedules, TimeProvider time, ILogger<RecurringRuns> logger) : BackgroundService
{
    private const string Prefix = "maintenance:";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Retries: the lock of a killed worker blocks the registration for a minute.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var storage = await jobs.StorageAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Run(() => Register(new RecurringJobManager(storage), storage), stoppingToken);
                return;
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex) || ex is PostgreSqlDistributedLockException)
            {
                Log.Postponed(logger, ex.Message);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private void Register(RecurringJobManager recurring, JobStorage storage)
    {
        var scheduled = schedules.Rows.Where(row => row.IsScheduled).ToList();
        foreach (var row in scheduled)
        {
            var task = row.Task;
            recurring.AddOrUpdate(
                Prefix + task,
                Job.FromExpression<MaintenanceJob>(job => job.RunDueAsync(task, CancellationToken.None), MaintenanceJob.Queue),
                row.Cron,
                new RecurringJobOptions { TimeZone = TimeZoneInfo.FindSystemTimeZoneById(row.TimeZone) });
        }

        using var connection = storage.GetConnection();
        var unscheduled = connection.GetAllItemsFromSet("recurring-jobs")
            .Where(id => id.StartsWith(Prefix, StringComparison.Ordinal) && scheduled.TrueForAll(row => Prefix + row.Task != id));
        foreach (var id in unscheduled)
        {
            recurring.RemoveIfExists(id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The schedule cannot be registered now: {Reason}")]
        public static partial void Postponed(ILogger logger, string reason);
    }
}
