using Npgsql;
using RagAspire.Maintenance;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

public sealed class RestoreTests(Stores stores)
{
    [Fact]
    public async Task A_target_with_data_is_refused_and_stays_as_it_was()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(3);
        var manifest = await rig.BackUpAsync();
        var into = await stores.CreateDatabaseAsync();
        await Sql.OneAsync<int>(into, "create table precious (n int); insert into precious values (1) returning n");

        var failure = await Assert.ThrowsAsync<MaintenanceException>(() => rig.RestoreAsync(manifest.Id, into));

        Assert.Contains("--force", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1L, await Sql.OneAsync<long>(into, "select count(*) from precious"));
    }

    [Fact]
    public async Task With_force_a_target_with_data_is_replaced()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(3);
        var manifest = await rig.BackUpAsync();
        var into = await stores.CreateDatabaseAsync();
        await using (var other = await BackupRig.CreateAsync(into))
        {
            await other.SeedAsync(7);
        }

        await rig.RestoreAsync(manifest.Id, into, force: true);

        Assert.Equal(await Sql.AllAsync(rig.Database), await Sql.AllAsync(into));
    }

    [Fact]
    public async Task A_target_in_use_is_not_replaced_even_with_force()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        var manifest = await rig.BackUpAsync();

        var failure = await Assert.ThrowsAsync<MaintenanceException>(
            () => rig.RestoreAsync(manifest.Id, rig.Database, force: true));

        Assert.Contains("is in use by", failure.Message, StringComparison.Ordinal);
        Assert.Contains("ragaspire", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_exist_is_created()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(2);
        var manifest = await rig.BackUpAsync();
        var into = new NpgsqlConnectionStringBuilder(rig.Database) { Database = $"made_{Guid.NewGuid():N}" }.ConnectionString;

        await rig.RestoreAsync(manifest.Id, into);

        Assert.Equal(2L, await Sql.OneAsync<long>(into, "select count(*) from documents"));
    }

    [Fact]
    public async Task A_backup_is_restored_from_a_directory_that_was_moved()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(2);
        var manifest = await rig.BackUpAsync();
        using var elsewhere = TestDirectory.Create("elsewhere");
        var moved = Path.Combine(elsewhere.Path, manifest.Id);
        System.IO.Directory.Move(Path.Combine(rig.Directory, manifest.Id), moved);
        var into = await stores.CreateDatabaseAsync();

        await rig.RestoreAsync(moved, into);

        Assert.Equal(2L, await Sql.OneAsync<long>(into, "select count(*) from documents"));
    }

    [Fact]
    public async Task A_backup_with_a_later_migration_is_refused()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await Sql.OneAsync<string>(rig.Database, "insert into schema_migrations values ('9999_later.sql', 'x') returning name");
        var manifest = await rig.BackUpAsync();
        var into = await stores.CreateDatabaseAsync();

        var failure = await Assert.ThrowsAsync<MaintenanceException>(() => rig.RestoreAsync(manifest.Id, into));

        Assert.Contains("9999_later.sql", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await Sql.OneAsync<long>(into, "select count(*) from pg_tables where schemaname = 'public'"));
    }

    [Fact]
    public async Task A_restore_that_fails_in_the_middle_reports_the_contents_of_the_target()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(3);
        var manifest = await rig.BackUpAsync();
        var into = await stores.CreateDatabaseAsync();
        await Sql.OneAsync<string>(await stores.SuperuserAsync(into), """
            create function refuse() returns event_trigger language plpgsql as $$ begin raise 'no index today'; end $$;
            create event trigger refuse on ddl_command_start when tag in ('CREATE INDEX') execute function refuse();
            select 'made'
            """);

        var failure = await Assert.ThrowsAsync<MaintenanceException>(() => rig.RestoreAsync(manifest.Id, into));

        Assert.Contains("no index today", failure.Message, StringComparison.Ordinal);
        Assert.Contains("is empty, as it was before", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such-backup", "is neither the id of a backup")]
    [InlineData("../../etc", "is neither the id of a backup")]
    public async Task A_name_that_is_no_backup_is_refused(string name, string reason)
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());

        var failure = await Assert.ThrowsAsync<MaintenanceException>(() => rig.RestoreAsync(name, rig.Database));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_server_is_reported_without_the_password()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        var manifest = await rig.BackUpAsync();

        var failure = await Assert.ThrowsAsync<MaintenanceException>(
            () => rig.RestoreAsync(manifest.Id, "Host=127.0.0.1;Port=1;Database=x;Username=u;Password=secret-word"));

        Assert.Contains("cannot be reached", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", failure.ToString(), StringComparison.Ordinal);
    }
}
