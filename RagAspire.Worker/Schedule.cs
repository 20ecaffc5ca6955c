using Hangfire;

namespace RagAspire.Worker;

/// <summary>What runs by the clock: one row for each.</summary>
public sealed class Schedule(IRecurringJobManager jobs, JobMetrics metrics)
{
    public void Register() =>
        Add<RequeueStalledJob>("requeue-stalled", "*/15 * * * * *", TimeSpan.FromMinutes(5), job => job.RunAsync(CancellationToken.None));

    private void Add<T>(string id, string cron, TimeSpan alertAfter, System.Linq.Expressions.Expression<Func<T, Task>> run)
    {
        jobs.AddOrUpdate(id, run, cron, new RecurringJobOptions { TimeZone = TimeZoneInfo.Utc, MisfireHandling = MisfireHandlingMode.Relaxed });
        metrics.Scheduled(typeof(T).Name, alertAfter);
    }
}
