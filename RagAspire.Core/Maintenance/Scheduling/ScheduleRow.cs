using Cronos;

namespace RagAspire.Maintenance.Scheduling;

/// <summary>When a task runs, how long it may, and when somebody has to know that it did not.</summary>
/// <param name="Task">The task's name.</param>
/// <param name="Cron">Five fields; null for a task that only runs when somebody wants it.</param>
/// <param name="TimeZone">The zone in which the cron is meant, by its IANA name.</param>
/// <param name="TimeLimit">After this it is stopped and has failed.</param>
/// <param name="AlertAfter">The age of its last success that is too old; null where nobody needs to know.</param>
/// <param name="Retries">How often a scheduled run that failed or was interrupted is tried again.</param>
/// <param name="Enabled">Whether it runs by itself; somebody may want it all the same.</param>
public sealed record ScheduleRow(
    string Task, string? Cron, string TimeZone, TimeSpan TimeLimit, TimeSpan? AlertAfter, int Retries = 1, bool Enabled = true)
{
    private static readonly TimeSpan[] LookBack =
        [TimeSpan.FromHours(2), TimeSpan.FromDays(2), TimeSpan.FromDays(9), TimeSpan.FromDays(63), TimeSpan.FromDays(800)];

    /// <summary>It runs by itself.</summary>
    public bool IsScheduled => Enabled && Cron is not null;

    /// <summary>The first time after <paramref name="after"/> at which it is due; null when it never is.</summary>
    /// <remarks>A time that the clock skips in spring is made up right after the gap; one that comes twice in autumn counts once.</remarks>
    public DateTimeOffset? Next(DateTimeOffset after) =>
        IsScheduled ? CronExpression.Parse(Cron!).GetNextOccurrence(after, Zone)?.ToUniversalTime() : null;

    /// <summary>The last time up to <paramref name="now"/> at which it was due; null when that is years ago.</summary>
    public DateTimeOffset? Last(DateTimeOffset now)
    {
        if (!IsScheduled)
        {
            return null;
        }

        var cron = CronExpression.Parse(Cron!);
        return LookBack
            .Select(window => cron.GetOccurrences(now - window, now, Zone, toInclusive: true).Cast<DateTimeOffset?>().LastOrDefault())
            .FirstOrDefault(occurrence => occurrence is not null)?.ToUniversalTime();
    }

    internal TimeZoneInfo Zone => TimeZoneInfo.FindSystemTimeZoneById(TimeZone);

    /// <summary>What is wrong with it; null for a row that can be run by.</summary>
    internal string? Problem()
    {
        if (Cron is not null && !CronExpression.TryParse(Cron, out _))
        {
            return $"'{Cron}' is not a cron expression of five fields";
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _))
        {
            return $"'{TimeZone}' is not a time zone of this machine";
        }

        return TimeLimit <= System.TimeSpan.Zero ? "the time limit must be positive"
            : AlertAfter <= System.TimeSpan.Zero ? "alert-after must be positive"
            : Retries is < 0 or > 10 ? "retries are 0 to 10"
            : null;
    }
}
