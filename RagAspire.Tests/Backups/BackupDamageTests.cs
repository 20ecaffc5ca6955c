using RagAspire.Backups;
using RagAspire.Backups.Files;
using RagAspire.Backups.Targets;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

/// <summary>Damage to the files of a backup is found by its verification.</summary>
public sealed class BackupDamageTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_flipped_byte_in_any_file_is_found_recorded_and_counted()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(5);
        var manifest = await rig.BackUpAsync();
        string[] files = [.. manifest.Files.Where(file => file.Bytes > 0).Select(file => file.Name), BackupManifest.FileName];

        foreach (var file in files)
        {
            rig.FlipByte(manifest.Id, file);
            var check = await rig.VerifyAsync(manifest.Id);
            Assert.False(check.IsGood, file);
            Assert.Equal(BackupStatus.Damaged, (await rig.RowAsync(manifest.Id)).Status);
            rig.FlipByte(manifest.Id, file);
        }

        Assert.Equal(1, (await rig.Get<BackupStore>().SummaryAsync(Token)).Damaged);
        Assert.Equal(
            (long)files.Length,
            await Sql.OneAsync<long>(rig.Database, "select count(*) from audit_logs where action = 'backup.verify' and details ->> 'result' = 'damaged'"));
        Assert.True((await rig.VerifyAsync(manifest.Id)).IsGood);
        Assert.Equal(BackupStatus.Verified, (await rig.RowAsync(manifest.Id)).Status);
    }

    [Fact]
    public async Task A_truncated_file_is_found()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        var manifest = await rig.BackUpAsync();
        var file = rig.PathOf(manifest.Id, manifest.Files[0].Name);
        await using (var stream = new FileStream(file, FileMode.Open))
        {
            stream.SetLength(stream.Length - 1);
        }

        var check = await rig.VerifyAsync(manifest.Id);

        Assert.False(check.IsGood);
        Assert.Contains("bytes, and had", check.Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_found()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        var manifest = await rig.BackUpAsync();
        File.Delete(rig.PathOf(manifest.Id, manifest.Files[0].Name));

        var check = await rig.VerifyAsync(manifest.Id);

        Assert.False(check.IsGood);
        Assert.Contains($"{manifest.Files[0].Name} is missing", check.Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_without_its_manifest_is_not_listed_and_not_restored()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        var manifest = await rig.BackUpAsync();
        File.Delete(rig.PathOf(manifest.Id, BackupManifest.FileName));

        Assert.Null(await rig.Get<BackupRepository>().NewestAsync(acceptUnsigned: false, (_, _) => { }, Token));
        Assert.False((await rig.VerifyAsync(manifest.Id)).IsGood);
        var failure = await Assert.ThrowsAsync<DamagedBackupException>(
            async () => await rig.RestoreAsync(manifest.Id, await stores.CreateDatabaseAsync()));
        Assert.Contains("manifest.json is missing", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_backup_is_not_restored_and_the_target_stays_as_it_was()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        var manifest = await rig.BackUpAsync();
        rig.FlipByte(manifest.Id, manifest.Files[0].Name);
        var into = await stores.CreateDatabaseAsync();

        await Assert.ThrowsAsync<DamagedBackupException>(() => rig.RestoreAsync(manifest.Id, into));

        Assert.Equal(0L, await Sql.OneAsync<long>(into, "select count(*) from pg_tables where schemaname = 'public'"));
    }

    [Fact]
    public async Task A_manifest_with_a_path_outside_the_backup_is_refused()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        var manifest = await rig.BackUpAsync();
        var forged = manifest with { Files = [new BackupFile("../../secret", 1, new string('0', 64)) { Blocks = [new string('0', 64)] }] };
        await rig.RewriteAsync(forged);
        rig.Sign(manifest.Id);

        var check = await rig.VerifyAsync(manifest.Id);

        Assert.False(check.IsGood);
        Assert.Contains("is not a file name", check.Details, StringComparison.Ordinal);
    }
}
