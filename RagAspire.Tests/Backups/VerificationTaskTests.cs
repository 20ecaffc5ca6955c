using RagAspire.Backups;
using RagAspire.Maintenance.Runs;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

public sealed class VerificationTaskTests(Stores stores)
{
    [Fact]
    public async Task Without_an_argument_the_newest_backup_is_verified()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        var (first, second) = (await rig.BackUpAsync(), await LaterAsync(rig));

        var run = await rig.RunAsync("backup-verify");

        Assert.Equal(RunStatus.Succeeded, run.Status);
        Assert.Equal(BackupStatus.Complete, (await rig.RowAsync(first.Id)).Status);
        Assert.Equal(BackupStatus.Verified, (await rig.RowAsync(second.Id)).Status);
    }

    [Fact]
    public async Task The_backup_of_the_argument_is_verified_and_a_damaged_one_fails_the_run()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        var (first, second) = (await rig.BackUpAsync(), await LaterAsync(rig));
        rig.FlipByte(first.Id, first.Files[0].Name);

        var run = await rig.RunAsync("backup-verify", first.Id);

        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Contains("checksum", Assert.Single(run.Report!.Notes), StringComparison.Ordinal);
        Assert.Equal(BackupStatus.Damaged, (await rig.RowAsync(first.Id)).Status);
        Assert.Equal(BackupStatus.Complete, (await rig.RowAsync(second.Id)).Status);
    }

    [Fact]
    public async Task A_dry_run_names_the_backup_and_leaves_it_unverified()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        var manifest = await rig.BackUpAsync();

        var run = await rig.RunAsync("backup-verify", dryRun: true);

        Assert.Contains(manifest.Id, Assert.Single(run.Report!.Notes), StringComparison.Ordinal);
        Assert.Equal(BackupStatus.Complete, (await rig.RowAsync(manifest.Id)).Status);
    }

    [Fact]
    public async Task An_unknown_backup_fails_the_run_and_an_empty_list_skips_it()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());

        var skipped = await rig.RunAsync("backup-verify");
        var failed = await rig.RunAsync("backup-verify", "20200101T000000Z-00000000");

        Assert.Equal(RunStatus.Skipped, skipped.Status);
        Assert.Equal(RunStatus.Failed, failed.Status);
        Assert.Contains("20200101T000000Z-00000000", failed.Error, StringComparison.Ordinal);
    }

    private static Task<RagAspire.Backups.Files.BackupManifest> LaterAsync(BackupRig rig)
    {
        rig.Clock.Advance(TimeSpan.FromHours(1));
        return rig.BackUpAsync();
    }
}
