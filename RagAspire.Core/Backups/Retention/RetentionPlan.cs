using System.Globalization;

namespace RagAspire.Backups.Retention;

/// <summary>A backup that is not kept, and why.</summary>
public sealed record Discarded(Backup Backup, string Reason);

/// <summary>
/// Which backups are kept: the newest ones, and the last of each day, week and month for some time. The newest that was
/// verified is kept whatever else is said, and where none was, the newest good one.
/// </summary>
public static class RetentionPlan
{
    /// <summary>Damaged ones stay for this long, for whoever wants to know how that came about.</summary>
    private static readonly TimeSpan DamagedStay = TimeSpan.FromDays(7);

    /// <param name="present">All that lie at the place, in any order.</param>
    public static IReadOnlyList<Discarded> Discard(IReadOnlyList<Backup> present, BackupOptions options, DateTimeOffset now)
    {
        var good = present.Where(backup => backup.IsGood).OrderByDescending(backup => backup.CreatedAt).ToList();
        var kept = good.Take(options.KeepLatest)
            .Concat(LastOfEach(good, now.AddDays(-options.KeepDaily), at => at.Date.ToString("d", CultureInfo.InvariantCulture)))
            .Concat(LastOfEach(good, now.AddDays(-7 * options.KeepWeekly), at => $"{ISOWeek.GetYear(at)}-{ISOWeek.GetWeekOfYear(at)}"))
            .Concat(LastOfEach(good, now.AddMonths(-options.KeepMonthly), at => $"{at.Year}-{at.Month}"))
            .Append(good.FirstOrDefault(backup => backup.Status == "verified") ?? good.FirstOrDefault())
            .ToHashSet();
        return
        [
            .. good.Where(backup => !kept.Contains(backup)).Select(backup => new Discarded(backup, "older than what is kept")),
            .. present.Where(backup => backup.Status == "damaged" && backup.CreatedAt < now - DamagedStay)
                .Select(backup => new Discarded(backup, "damaged, and a week old")),
        ];
    }

    private static IEnumerable<Backup> LastOfEach(IEnumerable<Backup> good, DateTimeOffset since, Func<DateTime, string> period) => good
        .Where(backup => backup.CreatedAt > since)
        .GroupBy(backup => period(backup.CreatedAt.UtcDateTime))
        .Select(group => group.MaxBy(backup => backup.CreatedAt)!);
}
