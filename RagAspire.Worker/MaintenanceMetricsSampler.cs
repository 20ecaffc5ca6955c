using Hangfire;
using Hangfire.Common;
using Microsoft.Extensions.Options;
using RagAspire.Database;
using RagAspire.Maintenance;
using RagAspire.Maintenance.Runs;
using RagAspire.Maintenance.Scheduling;

namespace RagAspire.Worker;

/// <summary>
/// Puts the schedule in place, makes up for what was missed while no worker was there, and looks at the runs from then on:
/// those whose worker fell silent are marked, those that wait without being in line are put back.
/// </summary>
public sealed partial class MaintenanceMetricsSampler(
    JobServer jobs, ScheduleStore schedules, RunRecovery keeper, IOptions<MaintenanceOptions> options, ILogger<MaintenanceMetricsSampler> logger)
    : BackgroundService
{
    private const string Prefix = "maintenance:";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var storage = await jobs.StorageAsync(stoppingToken);
        await Task.WhenAll(ScheduleAsync(storage, stoppingToken), WatchAsync(stoppingToken));
    }

    private async Task WatchAsync(CancellationToken stoppingToken)
    {
        var isStored = false;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(Math.Clamp(options.Value.SilenceSeconds / 5.0, 0.5, 5)));
        do
        {
            try
            {
                if (!isStored)
                {
                    await keeper.InterruptSilentAsync(stoppingToken);
                    await schedules.StoreAsync(stoppingToken);
                    await keeper.MakeUpAsync(stoppingToken);
                    isStored = true;
                }

                await keeper.LookAsync(stoppingToken);
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex))
            {
                Log.Postponed(logger, ex.Message);
                await Task.Delay(Pause, stoppingToken);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Waits a minute for the lock of a worker that was killed with it, which must not keep runs waiting.</summary>
    private async Task ScheduleAsync(JobStorage storage, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Run(() => Schedule(new RecurringJobManager(storage), storage), stoppingToken);
                return;
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex) || ex is Hangfire.PostgreSql.PostgreSqlDistributedLockException)
            {
                Log.Postponed(logger, ex.Message);
                await Task.Delay(Pause, stoppingToken);
            }
        }
    }

    private void Schedule(RecurringJobManager recurring, JobStorage storage)
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
        var gone = connection.GetAllItemsFromSet("recurring-jobs")
            .Where(id => id.StartsWith(Prefix, StringComparison.Ordinal) && scheduled.All(row => Prefix + row.Task != id));
        foreach (var id in gone)
        {
            recurring.RemoveIfExists(id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Maintenance cannot be looked after now: {Reason}")]
        public static partial void Postponed(ILogger logger, string reason);
    }
}
