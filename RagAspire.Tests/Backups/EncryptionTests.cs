using System.Diagnostics;
using RagAspire.Backups.Files;
using RagAspire.Maintenance;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

public sealed class EncryptionTests(Stores stores)
{
    [Theory]
    [InlineData("gpg", "PgDump")]
    [InlineData("gpg", "Copy")]
    [InlineData("age", "PgDump")]
    [InlineData("age", "Copy")]
    public async Task An_encrypted_backup_is_read_with_the_private_key_and_only_with_it(string cipher, string method)
    {
        using var keys = await KeysAsync(cipher);
        (string, string)[] writing =
            [("Encryption", cipher), ("Recipient", Path.Combine(keys.Path, "public")), ("Method", method)];
        await using var rig = await BackupRig.CreateAsync(
            await stores.CreateDatabaseAsync(), [.. writing, ("IdentityFile", Path.Combine(keys.Path, "private"))]);
        await rig.SeedAsync(5);

        var manifest = await rig.BackUpAsync();
        var check = await rig.VerifyAsync(manifest.Id);
        var into = await stores.CreateDatabaseAsync();
        await rig.RestoreAsync(manifest.Id, into);

        Assert.True(check.IsGood, check.Says);
        Assert.Contains("tables", check.Says, StringComparison.Ordinal);
        Assert.Equal(cipher, manifest.Encryption);
        Assert.All(manifest.Files, file => Assert.EndsWith($".{cipher}", file.Name, StringComparison.Ordinal));
        Assert.Equal(await Sql.AllAsync(rig.Database), await Sql.AllAsync(into));
        Assert.Null((await rig.DrillAsync()).Error);
        await AssertUnreadableAsync(rig, manifest, cipher);
    }

    [Fact]
    public async Task A_flipped_byte_in_an_encrypted_backup_is_found_without_the_private_key()
    {
        using var keys = await KeysAsync("gpg");
        await using var rig = await BackupRig.CreateAsync(
            await stores.CreateDatabaseAsync(), ("Encryption", "Gpg"), ("Recipient", Path.Combine(keys.Path, "public")), ("IdentityFile", Path.Combine(keys.Path, "private")));
        var manifest = await rig.BackUpAsync();
        rig.FlipByte(manifest.Id, manifest.Files[0].Name);

        var check = await rig.VerifyAsync(manifest.Id);

        Assert.False(check.IsGood);
        Assert.Contains("checksum is another", check.Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipient_that_is_nobody_fails_with_what_the_program_says()
    {
        Assert.SkipUnless(IsInstalled("gpg"), "gpg is not on this machine.");
        await using var rig = await BackupRig.CreateAsync(
            await stores.CreateDatabaseAsync(), ("Encryption", "Gpg"), ("Recipient", "nobody@nowhere.example"));

        var failure = await Assert.ThrowsAsync<MaintenanceException>(rig.BackUpAsync);

        Assert.Contains("nobody@nowhere.example", failure.Message, StringComparison.Ordinal);
        Assert.Empty(System.IO.Directory.GetDirectories(rig.Directory));
    }

    [Fact]
    public async Task A_missing_program_is_named()
    {
        Assert.SkipWhen(IsInstalled("age"), "age is on this machine.");
        await using var rig = await BackupRig.CreateAsync(await stores.CreateDatabaseAsync(), ("Encryption", "Age"), ("Recipient", "age1nobody"));

        var failure = await Assert.ThrowsAsync<MaintenanceException>(rig.BackUpAsync);

        Assert.Contains("age cannot be started", failure.Message, StringComparison.Ordinal);
    }

    private async Task AssertUnreadableAsync(BackupRig rig, BackupManifest manifest, string cipher)
    {
        await using var without = await BackupRig.CreateAsync(
            await stores.CreateDatabaseAsync(), ("Directory", rig.Directory), ("IdentityFile", cipher == "gpg" ? "/nowhere/key" : ""));

        await Assert.ThrowsAsync<MaintenanceException>(async () => await without.RestoreAsync(manifest.Id, await stores.CreateDatabaseAsync()));
    }

    private static async Task<TestDirectory> KeysAsync(string cipher)
    {
        Assert.SkipUnless(IsInstalled(cipher), $"{cipher} is not on this machine.");
        var keys = TestDirectory.Create("keys");
        var (open, secret) = (Path.Combine(keys.Path, "public"), Path.Combine(keys.Path, "private"));
        if (cipher == "age")
        {
            await RunAsync("age-keygen", "-o", secret);
            await RunAsync("age-keygen", "-y", "-o", open, secret);
            return keys;
        }

        var home = System.IO.Directory.CreateTempSubdirectory("ragaspire-gpg-").FullName;
        await RunAsync("gpg", "--homedir", home, "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "backup@example.org", "default", "default");
        await RunAsync("gpg", "--homedir", home, "--batch", "--output", open, "--export", "backup@example.org");
        await RunAsync("gpg", "--homedir", home, "--batch", "--output", secret, "--export-secret-keys", "backup@example.org");
        await RunAsync("gpgconf", "--homedir", home, "--kill", "all");
        System.IO.Directory.Delete(home, recursive: true);
        return keys;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program}: {errors}");
    }

    private static bool IsInstalled(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(directory => File.Exists(Path.Combine(directory, program)));
}
