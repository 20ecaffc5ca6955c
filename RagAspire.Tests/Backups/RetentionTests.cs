using RagAspire.Backups;
using RagAspire.Backups.Files;
using RagAspire.Backups.Retention;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

public sealed class RetentionTests(Stores stores)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_year_of_daily_backups_leaves_days_weeks_and_months()
    {
        var all = Enumerable.Range(0, 365).Select(day => Made(Now.AddDays(-day), BackupStatus.Verified)).ToList();

        var kept = all.Except(RetentionPlan.Expired(all, new BackupOptions(), Now).Select(expired => expired.Backup)).ToList();

        Assert.Equal(all.Take(14), kept.Take(14));
        Assert.Contains(kept, backup => backup.CreatedAt < Now.AddMonths(-10));
        Assert.InRange(kept.Count, 14 + 6 + 9, 14 + 8 + 13);
    }

    [Fact]
    public void The_newest_backups_are_kept_whatever_their_age()
    {
        var all = Enumerable.Range(0, 10).Select(day => Made(Now.AddYears(-3).AddDays(-day), BackupStatus.Verified)).ToList();
        var options = new BackupOptions { KeepLatest = 3 };

        var kept = all.Except(RetentionPlan.Expired(all, options, Now).Select(expired => expired.Backup));

        Assert.Equal(all.Take(3), kept);
    }

    [Fact]
    public void The_newest_verified_backup_is_kept_although_newer_ones_are_not_verified()
    {
        var verified = Made(Now.AddYears(-2), BackupStatus.Verified);
        List<Backup> all = [verified, .. Enumerable.Range(0, 20).Select(day => Made(Now.AddDays(-day), BackupStatus.Complete))];
        var options = new BackupOptions { KeepLatest = 1, KeepDaily = 0, KeepWeekly = 0, KeepMonthly = 0 };

        var expired = RetentionPlan.Expired(all, options, Now).Select(one => one.Backup).ToList();

        Assert.DoesNotContain(verified, expired);
        Assert.Equal(19, expired.Count);
    }

    [Fact]
    public void Damaged_backups_do_not_count_and_expire_after_a_week()
    {
        var good = Made(Now.AddDays(-30), BackupStatus.Verified);
        List<Backup> all = [Made(Now.AddDays(-1), BackupStatus.Damaged), Made(Now.AddDays(-8), BackupStatus.Damaged), good];
        var options = new BackupOptions { KeepLatest = 1, KeepDaily = 0, KeepWeekly = 0, KeepMonthly = 0 };

        var expired = Assert.Single(RetentionPlan.Expired(all, options, Now));

        Assert.Equal(all[1], expired.Backup);
    }

    [Fact]
    public void Unsigned_backups_expire_as_others_do_and_push_out_none_that_is_signed()
    {
        var signed = Made(Now.AddDays(-3), BackupStatus.Verified);
        List<Backup> unsigned =
            [.. Enumerable.Range(0, 5).Select(day => Made(Now.AddDays(-day), BackupStatus.Verified, key: null))];
        var options = new BackupOptions { KeepLatest = 1, KeepDaily = 0, KeepWeekly = 0, KeepMonthly = 0 };

        var expired = RetentionPlan.Expired([signed, .. unsigned], options, Now).Select(one => one.Backup).ToList();

        Assert.Equal(unsigned.Skip(1), expired);
    }

    [Fact]
    public void A_backup_that_is_not_trusted_is_never_deleted_because_a_lost_key_makes_all_look_forged()
    {
        var options = new BackupOptions { KeepLatest = 1, KeepDaily = 0, KeepWeekly = 0, KeepMonthly = 0 };

        Assert.Empty(RetentionPlan.Expired([Made(Now.AddYears(-2), BackupStatus.Untrusted)], options, Now));
    }

    [Fact]
    public async Task A_dry_run_reports_the_expired_backup_and_keeps_it()
    {
        await using var rig = await RigAsync();
        var (first, second) = (await rig.BackUpAsync(), await LaterAsync(rig));

        var wouldBe = await RunAsync(rig, dryRun: true);
        Assert.Equal(first.Id, Assert.Single(wouldBe.Expired).Backup.Id);
        Assert.True((await rig.VerifyAsync(first.Id)).IsGood);

        await rig.VerifyAsync(second.Id);
        var done = await RunAsync(rig);
        Assert.Equal(first.Id, Assert.Single(done.Expired).Backup.Id);
        Assert.Equal([second.Id], System.IO.Directory.GetDirectories(rig.Directory).Select(Path.GetFileName));
        Assert.Equal(BackupStatus.Deleted, (await rig.RowAsync(first.Id)).Status);
    }

    [Fact]
    public async Task The_last_good_backup_stays_whatever_the_clock_says()
    {
        await using var rig = await RigAsync();
        var manifest = await rig.BackUpAsync();
        await rig.VerifyAsync(manifest.Id);
        rig.Clock.Advance(TimeSpan.FromDays(3650));

        var result = await RunAsync(rig);

        Assert.Empty(result.Expired);
        Assert.True((await rig.VerifyAsync(manifest.Id)).IsGood);
    }

    [Fact]
    public async Task A_backup_whose_files_disappeared_is_missing_and_one_without_a_row_is_found()
    {
        await using var rig = await RigAsync();
        var (gone, lost) = (await rig.BackUpAsync(), await LaterAsync(rig));
        System.IO.Directory.Delete(Path.Combine(rig.Directory, gone.Id), recursive: true);
        await Sql.OneAsync<string>(rig.Database, $"delete from backups where id = '{lost.Id}' returning id");

        var result = await RunAsync(rig);

        Assert.Equal([gone.Id], result.Missing);
        Assert.Equal([lost.Id], result.Found);
        Assert.Equal(BackupStatus.Missing, (await rig.RowAsync(gone.Id)).Status);
        Assert.Equal(BackupStatus.Complete, (await rig.RowAsync(lost.Id)).Status);
    }

    [Fact]
    public async Task Backups_of_another_system_in_the_same_directory_are_left_alone()
    {
        await using var rig = await RigAsync();
        await using var other = await BackupRig.CreateAsync(await stores.CreateMigratedAsync(), ("Directory", rig.Directory));
        var theirs = await other.BackUpAsync();

        var result = await RunAsync(rig);

        Assert.Empty(result.Found);
        Assert.True((await other.VerifyAsync(theirs.Id)).IsGood);
    }

    [Fact]
    public async Task While_a_backup_is_read_nothing_is_deleted()
    {
        await using var rig = await RigAsync();
        await using var reading = await rig.Get<BackupDatabase>().OpenAsync(TestContext.Current.CancellationToken);
        await BackupDatabase.LockReadAsync(reading, TestContext.Current.CancellationToken);

        Assert.Null(await rig.Get<BackupRetention>().RunAsync(dryRun: false, "test", TestContext.Current.CancellationToken));
    }

    private static async Task<RetentionResult> RunAsync(BackupRig rig, bool dryRun = false) =>
        (await rig.Get<BackupRetention>().RunAsync(dryRun, "test", TestContext.Current.CancellationToken))!;

    private async Task<BackupRig> RigAsync() => await BackupRig.CreateAsync(
        await stores.CreateMigratedAsync(), ("KeepLatest", "1"), ("KeepDaily", "0"), ("KeepWeekly", "0"), ("KeepMonthly", "0"));

    private static Task<BackupManifest> LaterAsync(BackupRig rig)
    {
        rig.Clock.Advance(TimeSpan.FromHours(1));
        return rig.BackUpAsync();
    }

    private static Backup Made(DateTimeOffset at, BackupStatus status, string? key = "key") => new(
        BackupId.New(at), status, at, at, "place", "pg_dump", null, 1, "test", null, null, null, null, null, key);
}
