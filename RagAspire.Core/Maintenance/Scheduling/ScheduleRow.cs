using Cronos;

namespace RagAspire.Maintenance.Scheduling;

/// <summary>The schedule of one task: its times, its time limit, its retries and its alert.</summary>
/// <param name="Task">The task's name.</param>
/// <param name="Cron">Five fields; null for a task that runs on request only.</param>
/// <param name="TimeZone">The time zone of the cron expression, by its IANA name.</param>
/// <param name="TimeLimit">A longer run is stopped and has failed.</param>
/// <param name="AlertAfter">The age of the last success that raises an alert; null for none.</param>
/// <param name="Retries">Retries of a scheduled run that failed or was interrupted.</param>
/// <param name="Enabled">Whether the task runs at its times; it can be requested in any case.</param>
public sealed record ScheduleRow(
    string Task, string? Cron, string TimeZone, TimeSpan TimeLimit, TimeSpan? AlertAfter, int Retries = 1, bool Enabled = true)
{
    private static readonly TimeSpan[] LookBack =
        [TimeSpan.FromHours(2), TimeSpan.FromDays(2), TimeSpan.FromDays(9), TimeSpan.FromDays(63), TimeSpan.FromDays(800)];

    /// <summary>The task runs at its times.</summary>
    public bool IsScheduled => Enabled && Cron is not null;

    /// <summary>The first occurrence after <paramref name="after"/>; null when there is none.</summary>
    /// <remarks>A time that the clock skips in spring occurs after the gap; one that it repeats in autumn occurs once.</remarks>
    public DateTimeOffset? Next(DateTimeOffset after) =>
        IsScheduled ? CronExpression.Parse(Cron!).GetNextOccurrence(after, Zone)?.ToUniversalTime() : null;

    /// <summary>The last occurrence up to <paramref name="now"/>; null when it is more than two years ago.</summary>
    public DateTimeOffset? Last(DateTimeOffset now)
    {
        if (!IsScheduled)
        {
            return null;
        }

        var cron = CronExpression.Parse(Cron!);
        return LookBack
            .Select(window => cron.GetOccurrences(now - window, now, Zone, toInclusive: true))
            .Select(occurrences => occurrences.Cast<DateTimeOffset?>().LastOrDefault())
            .FirstOrDefault(occurrence => occurrence is not null)?.ToUniversalTime();
    }

    internal TimeZoneInfo Zone => TimeZoneInfo.FindSystemTimeZoneById(TimeZone);

    /// <summary>The first fault of the row; null for a valid one.</summary>
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

        return TimeLimit <= TimeSpan.Zero ? "the time limit must be positive"
            : AlertAfter <= TimeSpan.Zero ? "alert-after must be positive"
            : Retries is < 0 or > 10 ? "retries must be 0 to 10"
            : null;
    }
}
