using System.Globalization;

namespace RagAspire.Backups.Retention;

/// <summary>A backup to delete, and why.</summary>
public sealed record ExpiredBackup(Backup Backup, string Reason);

/// <summary>
/// Decides which backups are kept: the newest ones, and for some time the last of each day, week and month. The newest
/// verified backup is always kept, or the newest good one where none is verified. A backup that is not trusted is never deleted:
/// a lost key makes all backups look like forged ones.
/// </summary>
public static class RetentionPlan
{
    /// <summary>How long damaged backups are kept for an investigation.</summary>
    private static readonly TimeSpan DamagedAge = TimeSpan.FromDays(7);

    /// <param name="present">All backups whose files exist, in any order.</param>
    public static IReadOnlyList<ExpiredBackup> Expired(IReadOnlyList<Backup> present, BackupOptions options, DateTimeOffset now)
    {
        var good = present.Where(backup => backup.IsGood).ToList();
        var unsigned = present.Where(backup => backup.IsUnsigned).ToList();

        // Unsigned backups take part only in the decision about themselves, so they never push out one that is signed.
        var kept = Kept(good, options, now).Concat(Kept([.. good, .. unsigned], options, now)).ToHashSet();
        return
        [
            .. good.Concat(unsigned).Where(backup => !kept.Contains(backup))
                .Select(backup => new ExpiredBackup(backup, "older than the backups to keep")),
            .. present.Where(backup => backup.Status == BackupStatus.Damaged && backup.CreatedAt < now - DamagedAge)
                .Select(backup => new ExpiredBackup(backup, "damaged and a week old")),
        ];
    }

    private static IEnumerable<Backup> Kept(IEnumerable<Backup> backups, BackupOptions options, DateTimeOffset now)
    {
        var newest = backups.OrderByDescending(backup => backup.CreatedAt).ToList();
        return newest.Take(options.KeepLatest)
            .Concat(LastOfEach(newest, now.AddDays(-options.KeepDaily), at => at.Date.ToString("d", CultureInfo.InvariantCulture)))
            .Concat(LastOfEach(newest, now.AddDays(-7 * options.KeepWeekly), Week))
            .Concat(LastOfEach(newest, now.AddMonths(-options.KeepMonthly), at => $"{at.Year}-{at.Month}"))
            .Concat(newest.Where(backup => backup.Status == BackupStatus.Verified).Concat(newest).Take(1));
    }

    private static string Week(DateTime at) => $"{ISOWeek.GetYear(at)}-{ISOWeek.GetWeekOfYear(at)}";

    private static IEnumerable<Backup> LastOfEach(
        IEnumerable<Backup> good, DateTimeOffset since, Func<DateTime, string> period) => good
        .Where(backup => backup.CreatedAt > since)
        .GroupBy(backup => period(backup.CreatedAt.UtcDateTime))
        .Select(group => group.MaxBy(backup => backup.CreatedAt)!);
}
