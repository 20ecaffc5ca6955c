using RagAspire.Backups;
using RagAspire.Backups.Drill;
using RagAspire.Backups.Files;
using RagAspire.Backups.Targets;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

/// <summary>kill -9 in the middle leaves neither half a backup nor half a restored database.</summary>
[Collection(Processes.Systems)]
public sealed class KilledBackupTests(Stores stores)
{
    private const int Large = 12 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_that_was_killed_is_never_listed_as_good_and_is_cleaned_up_by_the_next()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(5, Large);
        await using (var command = WorkerCommand.Start(Environment(rig), "backup"))
        {
            await Eventually.TrueAsync(
                () => Task.FromResult(TestDirectory.BytesIn(rig.Directory) > 1 << 20 || command.HasExited), Patience,
                () => command.Output, Token);
            await command.KillAsync();
        }

        Assert.Null(await rig.Get<BackupRepository>().NewestAsync(acceptUnsigned: false, (_, _) => { }, Token));
        Assert.Null(await rig.Get<BackupStore>().NewestGoodAsync(Token));
        var half = Assert.Single(await rig.Get<BackupRepository>().Target.ListPartialAsync(Token));

        // The server releases the lock when it notices that the connection is gone.
        BackupManifest? manifest = null;
        await Eventually.TrueAsync(
            async () => (manifest = await TryAsync(rig)) is not null, Patience, () => "Still locked.", Token);
        Assert.Equal(BackupStatus.Failed, (await rig.RowAsync(half)).Status);
        Assert.Equal([manifest!.Id], System.IO.Directory.GetDirectories(rig.Directory).Select(Path.GetFileName));
        Assert.True((await rig.VerifyAsync(manifest.Id)).IsGood);
    }

    [Fact]
    public async Task A_restore_that_was_killed_leaves_an_empty_database_and_can_be_repeated()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(5, Large);
        var manifest = await rig.BackUpAsync();
        var into = await stores.CreateDatabaseAsync();
        await using (var command = WorkerCommand.Start(Environment(rig), "restore", manifest.Id, "--into", into))
        {
            await Eventually.TrueAsync(
                async () => command.HasExited || await Sql.OneAsync<long>(
                    into, "select count(*) from pg_stat_activity where datname = current_database() and query ilike 'copy%' and state = 'active'") > 0,
                Patience, () => command.Output, Token);
            await command.KillAsync();
        }

        await Eventually.TrueAsync(
            async () => await Sql.OneAsync<long>(into, "select count(*) from pg_stat_activity where datname = current_database()") == 1,
            Patience, () => "Its connections stay.", Token);
        Assert.Equal(0L, await Sql.OneAsync<long>(into, "select count(*) from pg_tables where schemaname = 'public'"));
        await rig.RestoreAsync(manifest.Id, into);
        Assert.Equal(await Sql.AllAsync(rig.Database), await Sql.AllAsync(into));
    }

    [Fact]
    public async Task A_drill_that_was_killed_leaves_a_database_that_the_next_one_drops()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(5, Large);
        await rig.BackUpAsync();
        await using (var command = WorkerCommand.Start(Environment(rig), "maintain", "restore-drill"))
        {
            await Eventually.TrueAsync(
                async () => command.HasExited || await DrillDatabasesAsync(rig) == 1, Patience, () => command.Output, Token);
            await command.KillAsync();
        }

        Assert.Equal(1, await DrillDatabasesAsync(rig));
        DrillResult? drill = null;
        await Eventually.TrueAsync(
            async () => (drill = await TryDrillAsync(rig)) is not null, Patience, () => "Still locked.", Token);
        Assert.Null(drill!.Error);
        Assert.Equal(0, await DrillDatabasesAsync(rig));
    }

    private static async Task<long> DrillDatabasesAsync(BackupRig rig) => await Sql.OneAsync<long>(
        rig.Database, "select count(*) from pg_database, installation where starts_with(datname, 'ragaspire_drill_' || left(replace(id::text, '-', ''), 12))");

    private static async Task<DrillResult?> TryDrillAsync(BackupRig rig)
    {
        try
        {
            return await rig.DrillAsync();
        }
        catch (RagAspire.Maintenance.MaintenanceException ex) when (ex.Message.StartsWith("Another restore drill", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private static async Task<BackupManifest?> TryAsync(BackupRig rig)
    {
        try
        {
            return await rig.BackUpAsync();
        }
        catch (RagAspire.Maintenance.MaintenanceException ex) when (ex.Message.StartsWith("Another backup", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private static Dictionary<string, string> Environment(BackupRig rig) => new()
    {
        ["ConnectionStrings__ragdb"] = rig.Database,
        ["ConnectionStrings__cache"] = "127.0.0.1:1",
        ["Backups__Directory"] = rig.Directory,
        ["Backups__MegabytesPerSecond"] = "2",
    };
}
