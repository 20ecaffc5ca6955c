using System.Globalization;

namespace RagAspire.Backups.Retention;

/// <summary>A backup to delete, and why.</summary>
public sealed record ExpiredBackup(Backup Backup, string Reason);

/// <summary>
/// Decides which backups are kept: the newest ones, and for some time the last of each day, week and month. The newest
/// verified backup is always kept, or the newest good one where none is verified.
/// </summary>
public static class RetentionPlan
{
    /// <summary>How long damaged backups are kept for an investigation.</summary>
    private static readonly TimeSpan DamagedAge = TimeSpan.FromDays(7);

    /// <param name="present">All backups whose files exist, in any order.</param>
    public static IReadOnlyList<ExpiredBackup> Expired(IReadOnlyList<Backup> present, BackupOptions options, DateTimeOffset now)
    {
        var good = present.Where(backup => backup.IsGood).OrderByDescending(backup => backup.CreatedAt).ToList();
        var kept = good.Take(options.KeepLatest)
            .Concat(LastOfEach(good, now.AddDays(-options.KeepDaily), at => at.Date.ToString("d", CultureInfo.InvariantCulture)))
            .Concat(LastOfEach(good, now.AddDays(-7 * options.KeepWeekly), Week))
            .Concat(LastOfEach(good, now.AddMonths(-options.KeepMonthly), at => $"{at.Year}-{at.Month}"))
            .Append(good.FirstOrDefault(backup => backup.Status == BackupStatus.Verified) ?? good.FirstOrDefault())
            .ToHashSet();
        return
        [
            .. good.Where(backup => !kept.Contains(backup))
                .Select(backup => new ExpiredBackup(backup, "older than the backups to keep")),
            .. present.Where(backup => backup.Status == BackupStatus.Damaged && backup.CreatedAt < now - DamagedAge)
                .Select(backup => new ExpiredBackup(backup, "damaged and a week old")),
        ];
    }

    private static string Week(DateTime at) => $"{ISOWeek.GetYear(at)}-{ISOWeek.GetWeekOfYear(at)}";

    private static IEnumerable<Backup> LastOfEach(
        IEnumerable<Backup> good, DateTimeOffset since, Func<DateTime, string> period) => good
        .Where(backup => backup.CreatedAt > since)
        .GroupBy(backup => period(backup.CreatedAt.UtcDateTime))
        .Select(group => group.MaxBy(backup => backup.CreatedAt)!);
}
