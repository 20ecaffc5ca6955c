using Microsoft.Extensions.Options;
using RagAspire.Backups;
using RagAspire.Maintenance;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

public sealed class SigningKeyTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_configured_key_the_first_backup_creates_one_for_its_owner_only_outside_the_backups()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync(), ("SigningKey", ""));

        var (first, second) = (await rig.BackUpAsync(), await rig.BackUpAsync());

        var file = Path.Combine(rig.DataDirectory, "backup-signing-key");
        Assert.Equal(first.SigningKey, second.SigningKey);
        Assert.True((await rig.VerifyAsync(first.Id)).IsGood);
        Assert.Equal(43, (await File.ReadAllTextAsync(file, Token)).Trim().Length);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        // The restored system has the key as a file, which its operator kept.
        var kept = Path.Combine(rig.DataDirectory, "kept");
        File.Move(file, kept);
        Assert.Equal(BackupStatus.Untrusted, (await rig.Get<BackupVerifier>().CheckAsync(first.Id, Token)).Status);
        await using var other = await BackupRig.CreateAsync(
            await stores.CreateMigratedAsync(), ("Directory", rig.Directory), ("SigningKey", ""), ("SigningKeyFile", kept));
        Assert.True((await other.Get<BackupVerifier>().CheckAsync(first.Id, Token)).IsGood);
    }

    [Fact]
    public async Task A_key_among_the_backups_is_refused_and_no_backup_is_made()
    {
        using var directory = TestDirectory.Create("key-beside");
        var file = Path.Combine(directory.Path, "key");
        await File.WriteAllTextAsync(file, BackupRig.SigningKey, Token);
        await using var rig = await BackupRig.CreateAsync(
            await stores.CreateMigratedAsync(), ("Directory", directory.Path), ("SigningKey", ""), ("SigningKeyFile", file));

        var failure = await Assert.ThrowsAsync<MaintenanceException>(rig.BackUpAsync);

        Assert.Contains("lies among the backups", failure.Message, StringComparison.Ordinal);
        Assert.Empty(System.IO.Directory.GetDirectories(directory.Path));
    }

    [Fact]
    public async Task A_configured_key_file_that_is_missing_fails_the_backup_and_is_named()
    {
        await using var rig = await BackupRig.CreateAsync(
            await stores.CreateMigratedAsync(), ("SigningKey", ""), ("SigningKeyFile", "/nowhere/key"));

        var failure = await Assert.ThrowsAsync<MaintenanceException>(rig.BackUpAsync);

        Assert.Contains("/nowhere/key", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SigningKey", "short")]
    [InlineData("SigningKeyFile", "/some/file")]
    [InlineData("FormerSigningKeys:0", "/no/such/file")]
    [InlineData("FormerSigningKeys:0", "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----")]
    [InlineData("SigningPrivateKeyFile", "/some/file")]
    [InlineData("SigningPrivateKey", "no PEM")]
    [InlineData("TrustedPublicKeys:0", "/no/such/file")]
    [InlineData("TrustedPublicKeys:0", "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw=\n-----END PUBLIC KEY-----")]
    [InlineData("RestoreRole", "role without a password")]
    public async Task Settings_that_cannot_work_are_errors_that_do_not_show_the_key(string name, string value)
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync(), (name, value));

        var failure = Assert.Throws<OptionsValidationException>(() => rig.Get<IOptions<BackupOptions>>().Value);

        Assert.Contains("Backups:", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(BackupRig.SigningKey, failure.Message, StringComparison.Ordinal);
    }
}
