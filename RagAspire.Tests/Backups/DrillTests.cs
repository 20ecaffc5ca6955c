using Npgsql;
using RagAspire.Backups;
using RagAspire.Backups.Drill;
using RagAspire.Database;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Tests.Support;
using RagAspire.Vectors.Sync;

namespace RagAspire.Tests.Backups;

public sealed class DrillTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_drill_restores_searches_and_leaves_nothing_behind()
    {
        await using var rig = await RigAsync();
        await rig.Get<IndexSync>().StartAsync(Token);
        await rig.BackUpAsync();

        // A document that changed after the backup is left out of the comparison.
        await Sql.OneAsync<string>(rig.Database, "update documents set ready_version = null where name = '4.txt' returning name");
        var drill = await rig.DrillAsync();

        Assert.Null(drill.Error);
        Assert.Contains(drill.Notes, note => note.Contains("20 of 20 searches", StringComparison.Ordinal));
        Assert.Contains(drill.Notes, note => note.Contains("30 documents", StringComparison.Ordinal));
        Assert.Empty(await DrillDatabasesAsync(rig));
        var figures = await rig.Get<BackupStore>().SummaryAsync(Token);
        Assert.False(figures.DrillFailed);
        Assert.True(figures.DrillSeconds > 0);
    }

    [Fact]
    public async Task A_backup_of_an_older_version_is_drilled_with_the_schema_of_this_one()
    {
        await using var rig = await RigAsync();
        await rig.Get<IndexSync>().StartAsync(Token);
        await MigrationRig.UndoAsync(rig.Get<NpgsqlDataSource>());
        await rig.BackUpAsync();
        await rig.Get<Migrator>().MigrateAsync(Token);

        var drill = await rig.DrillAsync();

        Assert.Null(drill.Error);
        Assert.Contains(drill.Notes, note => note.Contains("20 of 20 searches", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_drill_finds_a_damaged_backup_and_marks_it()
    {
        await using var rig = await RigAsync();
        var manifest = await rig.BackUpAsync();
        rig.FlipByte(manifest.Id, manifest.Files[0].Name);

        var drill = await rig.DrillAsync();

        Assert.Contains("another checksum", drill.Error, StringComparison.Ordinal);
        Assert.Equal(BackupStatus.Damaged, (await rig.RowAsync(manifest.Id)).Status);
        Assert.True((await rig.Get<BackupStore>().SummaryAsync(Token)).DrillFailed);
        Assert.Empty(await DrillDatabasesAsync(rig));
    }

    [Fact]
    public async Task A_drill_finds_bytes_that_were_damaged_before_they_were_backed_up()
    {
        await using var rig = await RigAsync();
        await Sql.OneAsync<int>(rig.Database, "update document_slices set bytes = 'other' where length(bytes) < 20 returning 1");
        await rig.BackUpAsync();

        var drill = await rig.DrillAsync();

        Assert.Contains("do not match their checksums", drill.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_of_a_killed_drill_is_dropped_by_the_next_drill()
    {
        await using var rig = await RigAsync();
        await rig.BackUpAsync();
        var owner = await rig.Get<DocumentChanges>().InstallationAsync(Token);
        await using var connection = await rig.Get<BackupDatabase>().OpenAsync(Token);
        await connection.Command($"create database ragaspire_drill_{owner.ToString("N")[..12]}_20200101000000")
            .ExecuteAsync(Token);
        Assert.Single(await DrillDatabasesAsync(rig));

        Assert.Null((await rig.DrillAsync()).Error);

        Assert.Empty(await DrillDatabasesAsync(rig));
    }

    [Fact]
    public async Task Searches_with_other_hits_fail_the_drill()
    {
        await using var rig = await RigAsync();
        await rig.Get<IndexSync>().StartAsync(Token);
        await Sql.OneAsync<int>(rig.Database, "update embeddings set term_hashes = array[1], term_counts = array[1]::real[] returning 1");
        await rig.BackUpAsync();

        var drill = await rig.DrillAsync();

        Assert.Contains("searches found the same", drill.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_backup_a_drill_does_nothing()
    {
        await using var rig = await RigAsync();

        Assert.Null(await rig.Get<RestoreDrill>().RunAsync("test", (_, _) => { }, Token));
    }

    private async Task<BackupRig> RigAsync()
    {
        var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(30);
        return rig;
    }

    private static async Task<List<string>> DrillDatabasesAsync(BackupRig rig)
    {
        var owner = await rig.Get<DocumentChanges>().InstallationAsync(Token);
        return await rig.Get<NpgsqlDataSource>()
            .Command("select datname::text from pg_database where starts_with(datname, $1)", $"ragaspire_drill_{owner.ToString("N")[..12]}")
            .ListAsync(row => row.GetString(0), Token);
    }
}
