using Microsoft.Extensions.Options;
using RagAspire.Backups;
using RagAspire.Maintenance;
using RagAspire.Maintenance.Runs;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

/// <summary>Settings and backups of earlier versions, which also had a second way to dump and a second encryption.</summary>
public sealed class EarlierBackupTests(Stores stores)
{
    [Theory]
    [InlineData("Method", "Copy", "Backups:Method is 'Copy'")]
    [InlineData("Encryption", "Gpg", "Backups:Encryption is 'Gpg'")]
    [InlineData("Encryption", "Age", "Backups:Recipient is not set")]
    public async Task A_setting_without_an_effect_is_an_error_that_names_it(string name, string value, string reason)
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync(), (name, value));

        var failure = Assert.Throws<OptionsValidationException>(() => rig.Get<IOptions<BackupOptions>>().Value);

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_say_how_backups_are_made_today_are_accepted()
    {
        await using var rig = await BackupRig.CreateAsync(
            await stores.CreateMigratedAsync(), ("Method", "PgDump"), ("Encryption", "age"), ("Recipient", "age1…"));

        Assert.Equal("age1…", rig.Get<IOptions<BackupOptions>>().Value.Recipient);
    }

    [Theory]
    [InlineData("copy", null, "'copy'")]
    [InlineData("pg_dump", "gpg", "'gpg'")]
    public async Task A_backup_that_this_version_does_not_read_is_refused_and_not_called_damaged(
        string method, string? encryption, string word)
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        var manifest = await rig.BackUpAsync();
        await rig.RewriteAsync(manifest with { Method = method, Encryption = encryption, Product = "1.2.3" });
        rig.Sign(manifest.Id);

        var run = await rig.RunAsync("backup-verify");
        var failure = await Assert.ThrowsAsync<MaintenanceException>(
            async () => await rig.RestoreAsync(manifest.Id, await stores.CreateDatabaseAsync()));

        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal(failure.Message, run.Error);
        Assert.Contains(word, failure.Message, StringComparison.Ordinal);
        Assert.Contains("use version 1.2.3", failure.Message, StringComparison.Ordinal);
        Assert.Equal(BackupStatus.Complete, (await rig.RowAsync(manifest.Id)).Status);
        Assert.Contains(word, (await rig.DrillAsync()).Error, StringComparison.Ordinal);
    }
}
