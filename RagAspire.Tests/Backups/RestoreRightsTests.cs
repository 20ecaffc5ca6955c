using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Backups;
using RagAspire.Backups.Files;
using RagAspire.Backups.Targets;
using RagAspire.Embedded.Postgres;
using RagAspire.Maintenance;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

/// <summary>The last line of defence: a dump that is signed and hostile can do nothing when it is loaded.</summary>
public sealed class RestoreRightsTests(Stores stores) : IDisposable
{
    private readonly string _mark = Path.Combine(Path.GetTempPath(), $"ragaspire-mark-{Guid.NewGuid():N}");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => File.Delete(_mark);

    [Fact]
    public async Task The_hostile_dump_would_start_a_program_as_a_superuser()
    {
        await using var rig = await RigAsync();
        await TrapAsync(rig, Program);

        await Sql.ExecuteAsync(await stores.SuperuserAsync(rig.Database), "select sprung()");

        Assert.True(File.Exists(_mark));
    }

    [Theory]
    [InlineData(Program, "pg_execute_server_program")]
    [InlineData("execute 'copy (select 1) to ''MARK'''", "pg_write_server_files")]
    [InlineData("perform pg_read_file('/etc/passwd')", "permission denied for function pg_read_file")]
    [InlineData("execute 'create extension file_fdw schema public'", "permission denied to create extension")]
    [InlineData("execute 'create role intruder superuser'", "must be superuser to create superusers")]
    [InlineData("execute 'alter role current_user superuser'", "must be superuser")]
    [InlineData("execute 'set session authorization default'; perform pg_ls_waldir()", "permission denied for function pg_ls_waldir")]
    public async Task A_restore_through_a_superuser_loads_as_an_ordinary_role(string statement, string refusal)
    {
        await using var rig = await RigAsync();
        await TrapAsync(rig, statement);
        var manifest = await rig.BackUpAsync();
        var into = await stores.SuperuserAsync(await stores.CreateDatabaseAsync());

        var failure = await Assert.ThrowsAsync<MaintenanceException>(() => rig.RestoreAsync(manifest.Id, into));

        Assert.True(failure.Message.Contains(refusal, StringComparison.Ordinal), failure.Message);
        Assert.Contains("is empty, as it was before", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_mark));
        Assert.Equal(0L, await TemporaryRolesAsync(into));
    }

    [Fact]
    public async Task A_trigger_of_the_dump_that_waits_for_the_end_of_the_restore_runs_as_an_ordinary_role_too()
    {
        await using var rig = await RigAsync();
        await Sql.ExecuteAsync(rig.Database, $"""
            create function sprung() returns trigger language plpgsql as $$ begin {Statement(Program)}; return new; end $$;
            create trigger trap before insert on installation for each row execute function sprung();
            """);
        var manifest = await rig.BackUpAsync();
        var into = await stores.SuperuserAsync(await stores.CreateDatabaseAsync());

        var failure = await Assert.ThrowsAsync<MaintenanceException>(() => rig.RestoreAsync(manifest.Id, into));

        Assert.Contains("pg_execute_server_program", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_mark));
    }

    [Fact]
    public async Task A_restore_through_a_superuser_leaves_the_data_to_its_role_and_no_other_role()
    {
        await using var rig = await RigAsync();
        await Sql.ExecuteAsync(rig.Database, """
            create table visitors (name text);
            create function note() returns trigger language plpgsql as $$
                begin insert into visitors values (current_user); return new; end $$;
            create trigger noted before insert on installation for each row execute function note();
            """);
        var manifest = await rig.BackUpAsync();
        var into = await stores.SuperuserAsync(await stores.CreateDatabaseAsync());

        await rig.RestoreAsync(manifest.Id, into);

        Assert.StartsWith("ragaspire_restore_", await Sql.OneAsync<string>(into, "select name from visitors"), StringComparison.Ordinal);
        Assert.Equal(0L, await TemporaryRolesAsync(into));
        Assert.Equal(
            new NpgsqlConnectionStringBuilder(into).Username,
            await Sql.OneAsync<string>(into, "select string_agg(distinct tableowner, ',') from pg_tables where schemaname = 'public'"));
        Assert.Equal(await Sql.AllAsync(rig.Database), await Sql.AllAsync(into));
    }

    [Fact]
    public async Task A_drill_of_a_system_that_runs_as_a_superuser_starts_no_program_and_leaves_nothing_behind()
    {
        await using var rig = await BackupRig.CreateAsync(await stores.SuperuserAsync(await stores.CreateDatabaseAsync()));
        await TrapAsync(rig, Program);
        await rig.BackUpAsync();

        var drill = await rig.DrillAsync();

        Assert.Contains("pg_execute_server_program", drill.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_mark));
        Assert.Equal(0L, await TemporaryRolesAsync(rig.Database));
        Assert.Equal(0L, await Sql.OneAsync<long>(
            rig.Database, "select count(*) from pg_database, installation where starts_with(datname, 'ragaspire_drill_' || left(replace(id::text, '-', ''), 12))"));
    }

    [Fact]
    public async Task With_a_configured_login_an_ordinary_role_restores_and_drills_as_that_login()
    {
        await using var postgres = await PrivatePostgres.StartAsync();
        await using var rig = await BackupRig.CreateAsync(
            postgres.ConnectionString,
            ("RestoreRole", EmbeddedPostgres.RestoreRole), ("RestorePasswordFile", postgres.RestorePasswordFile));
        await rig.SeedAsync(5);
        await Sql.ExecuteAsync(rig.Database, """
            create table visitors (name text);
            create function note() returns trigger language plpgsql as $$
                begin insert into visitors values (current_user); return new; end $$;
            create trigger noted before insert on installation for each row execute function note();
            """);
        var manifest = await rig.BackUpAsync();
        var into = await postgres.CreateDatabaseAsync("restored");

        await rig.RestoreAsync(manifest.Id, into);

        Assert.Equal(EmbeddedPostgres.RestoreRole, await Sql.OneAsync<string>(into, "select name from visitors"));
        Assert.Equal(
            "ragaspire",
            await Sql.OneAsync<string>(into, "select string_agg(distinct tableowner, ',') from pg_tables where schemaname = 'public'"));
        Assert.False(await Sql.OneAsync<bool>(into, $"select has_schema_privilege('{EmbeddedPostgres.RestoreRole}', 'public', 'create')"));
        Assert.Null((await rig.DrillAsync()).Error);
    }

    [Fact]
    public async Task A_role_with_dangerous_rights_is_refused_and_they_are_named()
    {
        await using var rig = await RigAsync();
        var manifest = await rig.BackUpAsync();
        var superuser = await stores.SuperuserAsync(rig.Database);
        var role = $"reader_{Guid.NewGuid():N}";
        await Sql.ExecuteAsync(superuser, $"create role {role} login createdb password 'reader'; grant pg_read_server_files to {role}");
        var into = new NpgsqlConnectionStringBuilder(rig.Database) { Username = role, Password = "reader", Database = $"d_{role}" };

        var failure = await Assert.ThrowsAsync<MaintenanceException>(() => rig.RestoreAsync(manifest.Id, into.ConnectionString));

        Assert.Contains("dangerous rights (pg_read_server_files)", failure.Message, StringComparison.Ordinal);
        await Sql.ExecuteAsync(superuser, $"drop database d_{role}");
        await Sql.ExecuteAsync(superuser, $"drop role {role}");
    }

    [Fact]
    public async Task A_file_that_is_replaced_between_the_check_and_the_load_is_refused()
    {
        SwappedTarget? target = null;
        await using var rig = await BackupRig.CreateAsync(
            await stores.CreateMigratedAsync(),
            services => services.AddSingleton<IBackupTarget>(provider => target = new SwappedTarget(new DirectoryTarget(
                provider.GetRequiredService<IOptions<BackupOptions>>().Value.Directory!))));
        await rig.SeedAsync(3);
        var good = await rig.BackUpAsync();
        await TrapAsync(rig, Program);
        var hostile = await rig.BackUpAsync();
        target!.Other = rig.PathOf(hostile.Id, "database.dump");
        var into = await stores.SuperuserAsync(await stores.CreateDatabaseAsync());

        var failure = await Assert.ThrowsAsync<MaintenanceException>(() => rig.RestoreAsync(good.Id, into));

        Assert.IsType<DamagedBackupException>(failure.InnerException);
        Assert.Contains("is empty, as it was before", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pg_execute_server_program", failure.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(_mark));
    }

    private const string Program = "execute 'copy (select 1) to program ''touch MARK'''";

    private string Statement(string statement) => statement.Replace("MARK", _mark, StringComparison.Ordinal);

    /// <summary>A row whose check runs a statement, which it did not yet when the row was written.</summary>
    private async Task TrapAsync(BackupRig rig, string statement) => await Sql.ExecuteAsync(rig.Database, $"""
        create function sprung() returns bool language plpgsql as $$ begin return true; end $$;
        create table bait (n int check (public.sprung()));
        insert into bait values (1);
        create or replace function sprung() returns bool language plpgsql as $$ begin {Statement(statement)}; return true; end $$;
        """);

    private static Task<long> TemporaryRolesAsync(string database) => Sql.OneAsync<long>(database, """
        select count(*) from pg_roles r, pg_database d
        where d.datname = current_database() and r.rolname = 'ragaspire_restore_' || d.oid
        """);

    private async Task<BackupRig> RigAsync()
    {
        var rig = await BackupRig.CreateAsync(await stores.CreateMigratedAsync());
        await rig.SeedAsync(3);
        return rig;
    }

    /// <summary>Gives a dump at its first reading, and another file at each later one.</summary>
    private sealed class SwappedTarget(IBackupTarget inner) : IBackupTarget
    {
        private int _reads;

        public string? Other { get; set; }

        public string Place => inner.Place;

        public async Task<Stream?> OpenAsync(string backup, string file, CancellationToken cancellationToken) =>
            Other is not null && file == "database.dump" && ++_reads > 1
                ? File.OpenRead(Other)
                : await inner.OpenAsync(backup, file, cancellationToken);

        public Task<long?> FreeBytesAsync(CancellationToken cancellationToken) => inner.FreeBytesAsync(cancellationToken);

        public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

        public Task<IReadOnlyList<string>> ListPartialAsync(CancellationToken cancellationToken) =>
            inner.ListPartialAsync(cancellationToken);

        public Task WriteAsync(
            string backup, string file, long expectedBytes, Func<Stream, Task> write, CancellationToken cancellationToken) =>
            inner.WriteAsync(backup, file, expectedBytes, write, cancellationToken);

        public Task PublishAsync(string backup, byte[] manifest, CancellationToken cancellationToken) =>
            inner.PublishAsync(backup, manifest, cancellationToken);

        public Task DeleteAsync(string backup, CancellationToken cancellationToken) =>
            inner.DeleteAsync(backup, cancellationToken);
    }
}
