using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using RagAspire.Backups;
using RagAspire.Backups.Files;
using RagAspire.Backups.Targets;
using RagAspire.Database;
using RagAspire.Maintenance;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

public sealed class BackupRoundTripTests(Stores stores)
{
    [Fact]
    public async Task A_backup_restores_to_the_same_data_under_a_new_identity()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(20);

        var manifest = await rig.BackUpAsync();
        var check = await rig.VerifyAsync(manifest.Id);
        var into = await stores.CreateDatabaseAsync();
        var restored = await rig.RestoreAsync(manifest.Id, into);

        Assert.Equal("pg_dump", manifest.Method);
        Assert.True(check.IsGood, check.Details);
        Assert.Equal(await Sql.AllAsync(rig.Database), await Sql.AllAsync(into));
        Assert.NotEqual(await Sql.OneAsync<Guid>(rig.Database, "select id from installation"), restored.Installation);
        Assert.Equal(restored.Installation, await Sql.OneAsync<Guid>(into, "select id from installation"));
        Assert.Equal(manifest.NewestIndexChange, await Sql.OneAsync<long>(into, "select max(seq) from index_changes"));
        Assert.Equal(20, manifest.Tables.Single(table => table.Name == "documents").Rows);
        Assert.Equal(BackupStatus.Verified, (await rig.RowAsync(manifest.Id)).Status);
    }

    [Fact]
    public async Task A_restored_database_continues_its_sequences_and_searches()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(3);
        var manifest = await rig.BackUpAsync();
        var into = await stores.CreateDatabaseAsync();
        await rig.RestoreAsync(manifest.Id, into);

        await using var restored = await BackupRig.CreateAsync(into);
        var next = await Sql.OneAsync<long>(
            into, "insert into index_changes (document_id, collection) select id, 'default' from documents limit 1 returning seq");
        Assert.Equal(manifest.NewestIndexChange + 1, next);
        Assert.Equal(6L, await Sql.OneAsync<long>(into, "select count(*) from chunks where search @@ to_tsquery('english', 'passage')"));
        Assert.Equal(BackupStatus.Complete, (await restored.RowAsync(manifest.Id)).Status);
        Assert.Equal(1L, await Sql.OneAsync<long>(into, "select count(*) from audit_logs where action = 'backup.restore'"));
    }

    [Fact]
    public async Task Without_pg_dump_a_backup_fails_and_the_reason_says_what_to_install()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync(), ("ToolsDirectory", "/nowhere"));

        var failure = await Assert.ThrowsAsync<MaintenanceException>(rig.BackUpAsync);

        Assert.Contains("Backups need pg_dump of PostgreSQL", failure.Message, StringComparison.Ordinal);
        Assert.Empty(await rig.Get<BackupStore>().PresentAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_manifest_agrees_with_the_dump_under_write_load()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(50);
        using var stop = new CancellationTokenSource();
        var writing = WriteAsync(rig, stop.Token);

        var made = new List<BackupManifest>();
        for (var i = 0; i < 3; i++)
        {
            made.Add(await rig.BackUpAsync());
        }

        await stop.CancelAsync();
        Assert.True(await writing > 0);
        foreach (var manifest in made)
        {
            // Restoring compares the rows of every table with the manifest.
            var into = await stores.CreateDatabaseAsync();
            await rig.RestoreAsync(manifest.Id, into);
            Assert.Equal(manifest.NewestIndexChange, await Sql.OneAsync<long>(into, "select max(seq) from index_changes"));
        }
    }

    [Fact]
    public async Task The_list_of_checksums_is_accepted_by_sha256sum()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/sha256sum"), "sha256sum is not on this machine.");
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        var manifest = await rig.BackUpAsync();

        var check = new ProcessStartInfo("/usr/bin/sha256sum", ["--check", "--strict", BackupManifest.SumsName])
        {
            WorkingDirectory = Path.Combine(rig.Directory, manifest.Id),
            RedirectStandardOutput = true,
        };
        using var sums = Process.Start(check)!;
        var said = await sums.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await sums.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(sums.ExitCode == 0, said);
        Assert.Contains("manifest.json: OK", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_database_down_a_backup_fails_with_the_reason_and_the_next_one_succeeds()
    {
        await using var postgres = await PrivatePostgres.StartAsync();
        await using var rig = await BackupRig.CreateAsync(postgres.ConnectionString);
        await postgres.StopPostgresAsync();

        var failure = await Assert.ThrowsAnyAsync<Exception>(rig.BackUpAsync);
        Assert.True(Unavailability.IsUnavailable(failure), failure.ToString());

        // In a running system other queries have removed the dead connections from the pool by now.
        await postgres.StartPostgresAsync();
        rig.Get<Npgsql.NpgsqlDataSource>().Clear();
        var manifest = await rig.BackUpAsync();
        Assert.True((await rig.VerifyAsync(manifest.Id)).IsGood);
    }

    [Fact]
    public async Task A_target_without_space_is_refused_before_anything_is_written()
    {
        var target = new FullTarget();
        await using var rig = await BackupRig.CreateAsync(
            await stores.CreateMigratedAsync(), services => services.AddSingleton<IBackupTarget>(target));
        await rig.SeedAsync(5);

        var failure = await Assert.ThrowsAsync<MaintenanceException>(rig.BackUpAsync);

        Assert.Contains("has 1000 B free, and the backup may need", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, target.Writes);
    }

    [Fact]
    public async Task A_second_backup_at_the_same_time_is_refused()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(20);
        await using var other = await rig.Get<BackupDatabase>().OpenAsync(TestContext.Current.CancellationToken);
        Assert.True(await BackupDatabase.TryLockWriteAsync(other, TestContext.Current.CancellationToken));

        var failure = await Assert.ThrowsAsync<MaintenanceException>(rig.BackUpAsync);

        Assert.Contains("Another backup", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A disk that is nearly full.</summary>
    private sealed class FullTarget : IBackupTarget
    {
        public string Place => "a full disk";

        public int Writes { get; private set; }

        public Task<long?> FreeBytesAsync(CancellationToken cancellationToken) => Task.FromResult<long?>(1000);

        public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<string>>([]);

        public Task<IReadOnlyList<string>> ListPartialAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<string>>([]);

        public Task WriteAsync(
            string backup, string file, long expectedBytes, Func<Stream, Task> write, CancellationToken cancellationToken)
        {
            Writes++;
            return Task.CompletedTask;
        }

        public Task PublishAsync(string backup, byte[] manifest, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<Stream?> OpenAsync(string backup, string file, CancellationToken cancellationToken) =>
            Task.FromResult<Stream?>(null);

        public Task DeleteAsync(string backup, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private static async Task<int> WriteAsync(BackupRig rig, CancellationToken stop)
    {
        var writes = 0;
        await using var connection = await rig.Get<Npgsql.NpgsqlDataSource>().OpenConnectionAsync(CancellationToken.None);
        while (!stop.IsCancellationRequested)
        {
            await connection.Command("""
                with added as (
                    insert into documents (id, collection, name, content_type, size_bytes, sha256)
                    select id, 'default', 'new.txt', 'text/plain', 3, sha256(id::text::bytea) from gen_random_uuid() id returning id)
                insert into index_changes (document_id, collection) select id, 'default' from added
                """).ExecuteAsync(CancellationToken.None);
            await connection.Command("delete from documents where id = (select id from documents where name = '2.txt')")
                .ExecuteAsync(CancellationToken.None);
            writes++;
        }

        return writes;
    }
}
