using RagAspire.Backups.Files;
using RagAspire.Maintenance;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

public sealed class EncryptionTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_encrypted_backup_is_read_with_the_private_key_and_only_with_it()
    {
        using var keys = await KeysAsync();
        await using var rig = await RigAsync(keys, withPrivateKey: true);
        await rig.SeedAsync(5);

        var manifest = await rig.BackUpAsync();
        var check = await rig.VerifyAsync(manifest.Id);
        var into = await stores.CreateDatabaseAsync();
        await rig.RestoreAsync(manifest.Id, into);

        Assert.True(check.IsGood, check.Details);
        Assert.Contains("tables", check.Details, StringComparison.Ordinal);
        Assert.Equal("age", manifest.Encryption);
        Assert.Equal("database.dump.age", Assert.Single(manifest.Files).Name);
        Assert.Equal(await Sql.AllAsync(rig.Database), await Sql.AllAsync(into));
        Assert.Null((await rig.DrillAsync()).Error);

        await using var other = await BackupRig.CreateAsync(await stores.CreateMigratedAsync(), ("Directory", rig.Directory));
        var failure = await Assert.ThrowsAsync<MaintenanceException>(
            async () => await other.RestoreAsync(manifest.Id, await stores.CreateDatabaseAsync()));
        Assert.Contains("Backups:IdentityFile", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_that_is_restored_with_another_private_key_fails_with_the_error_of_age()
    {
        using var keys = await KeysAsync();
        using var others = await KeysAsync();
        await using var rig = await RigAsync(keys, withPrivateKey: true);
        var manifest = await rig.BackUpAsync();
        await using var other = await BackupRig.CreateAsync(
            await stores.CreateMigratedAsync(),
            ("Directory", rig.Directory),
            ("IdentityFile", Path.Combine(others.Path, "private")));

        var failure = await Assert.ThrowsAsync<MaintenanceException>(
            async () => await other.RestoreAsync(manifest.Id, await stores.CreateDatabaseAsync()));

        Assert.StartsWith("age failed", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flipped_byte_in_an_encrypted_backup_is_found_without_the_private_key()
    {
        using var keys = await KeysAsync();
        await using var rig = await RigAsync(keys, withPrivateKey: false);
        var manifest = await rig.BackUpAsync();
        Assert.True((await rig.VerifyAsync(manifest.Id)).IsGood);
        rig.FlipByte(manifest.Id, manifest.Files[0].Name);

        var check = await rig.VerifyAsync(manifest.Id);

        Assert.False(check.IsGood);
        Assert.Contains("another checksum", check.Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flipped_byte_in_an_encrypted_backup_is_reported_as_damage_and_not_as_an_error_of_age()
    {
        using var keys = await KeysAsync();
        await using var rig = await RigAsync(keys, withPrivateKey: true);
        await rig.SeedAsync(5, largeBytes: 1 << 20);
        var manifest = await rig.BackUpAsync();
        rig.FlipByte(manifest.Id, manifest.Files[0].Name);

        var failure = await Assert.ThrowsAsync<DamagedBackupException>(
            async () => await rig.RestoreAsync(manifest.Id, await stores.CreateDatabaseAsync()));

        Assert.Contains("another checksum", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_malformed_recipient_fails_with_the_error_of_age_and_leaves_no_backup()
    {
        RequireAge();
        await using var rig = await BackupRig.CreateAsync(
            await stores.CreateMigratedAsync(), ("Recipient", "nobody@nowhere.example"));
        await rig.SeedAsync(5, largeBytes: 4 << 20);

        var failure = await Assert.ThrowsAsync<MaintenanceException>(rig.BackUpAsync);

        Assert.StartsWith("age failed", failure.Message, StringComparison.Ordinal);
        Assert.Contains("nobody@nowhere.example", failure.Message, StringComparison.Ordinal);
        Assert.Empty(System.IO.Directory.GetDirectories(rig.Directory));
    }

    [Fact]
    public async Task A_program_that_is_not_installed_is_named()
    {
        var failure = await Assert.ThrowsAsync<MaintenanceException>(
            () => ToolCommand.RunAsync(ToolCommand.Create("age-not-installed", ["--version"]), Token));

        Assert.StartsWith("age-not-installed cannot be started", failure.Message, StringComparison.Ordinal);
    }

    private async Task<BackupRig> RigAsync(TestDirectory keys, bool withPrivateKey) => await BackupRig.CreateAsync(
        await stores.CreateMigratedAsync(),
        ("Recipient", Path.Combine(keys.Path, "public")),
        ("IdentityFile", withPrivateKey ? Path.Combine(keys.Path, "private") : ""));

    private static async Task<TestDirectory> KeysAsync()
    {
        RequireAge();
        var keys = TestDirectory.Create("keys");
        var (publicKey, privateKey) = (Path.Combine(keys.Path, "public"), Path.Combine(keys.Path, "private"));
        await ToolCommand.RunAsync(ToolCommand.Create("age-keygen", ["-o", privateKey]), Token);
        await ToolCommand.RunAsync(ToolCommand.Create("age-keygen", ["-y", "-o", publicKey, privateKey]), Token);
        return keys;
    }

    private static void RequireAge() => Assert.SkipUnless(
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
            .Any(directory => File.Exists(Path.Combine(directory, "age"))),
        "age is not installed.");
}
