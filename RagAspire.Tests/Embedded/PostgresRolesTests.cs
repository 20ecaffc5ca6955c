using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RagAspire.Embedded.Postgres;
using RagAspire.Tests.Backups;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Embedded;

public sealed class PostgresRolesTests : IDisposable
{
    private const string Rights = """
        select concat_ws(',', rolname, case when rolsuper then 'superuser' end, case when rolcreatedb then 'createdb' end,
            case when rolcreaterole then 'createrole' end, case when rolreplication then 'replication' end,
            case when rolbypassrls then 'bypassrls' end,
            (select string_agg(g.rolname, ' ' order by g.rolname)
             from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid))
        from pg_roles r where rolname =
        """;

    private readonly TestDirectory _data = TestDirectory.Create("roles");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task The_application_owns_its_database_and_is_no_superuser()
    {
        await using var server = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Token);

        await AssertRolesAsync(server);
        var refusal = await Assert.ThrowsAsync<PostgresException>(
            () => Sql.ExecuteAsync(server.ConnectionString, "copy (select 1) to program 'true'"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);

        // The login for restores sees nothing of the application's database.
        var restore = new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Username = EmbeddedPostgres.RestoreRole,
            Password = (await File.ReadAllTextAsync(EmbeddedPostgres.RestorePasswordFile(_data.Path), Token)).Trim(),
        };
        refusal = await Assert.ThrowsAsync<PostgresException>(() => Sql.ExecuteAsync(restore.ConnectionString, "select 1"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in new[] { "postgres-password", "postgres-superuser-password", "postgres-restore-password" })
            {
                Assert.Equal(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_data.Path, file)));
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cluster_of_an_earlier_version_keeps_its_data_and_its_application_loses_the_rights(bool interrupted)
    {
        await MakeEarlierAsync(interrupted);

        await using (var server = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Token))
        {
            await AssertRolesAsync(server);
            await AssertOwnerAsync(server.ConnectionString);
            await Sql.ExecuteAsync(server.ConnectionString, "insert into kept (state) values ('new'); drop view seen; drop schema hangfire cascade");
            Assert.Equal(2L, await Sql.OneAsync<long>(server.ConnectionString, "select max(id) from kept"));
            Assert.Equal(5, await Sql.OneAsync<int>(server.ConnectionStringFor("second"), "select n from other"));
            await Sql.ExecuteAsync(server.ConnectionStringFor("second"), "drop table other");
        }

        await using var again = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Token);
        await AssertRolesAsync(again);
        Assert.Equal(2L, await Sql.OneAsync<long>(again.ConnectionString, "select count(*) from kept"));
    }

    [Fact]
    public async Task A_start_that_finds_all_roles_writes_nothing_and_a_right_that_was_added_by_hand_is_taken_back()
    {
        const string versions = """
            select (select string_agg(xmin::text, ',' order by rolname) from pg_authid where rolname like 'ragaspire%') || ' '
                || (select xmin from pg_database where datname = 'ragdb')
            """;
        await using (var server = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Token))
        {
            var before = await Sql.OneAsync<string>(server.SuperuserConnectionStringFor("postgres"), versions);
            await server.StopAsync(Token);
            await server.StartAsync(Token);
            Assert.Equal(before, await Sql.OneAsync<string>(server.SuperuserConnectionStringFor("postgres"), versions));
            await Sql.ExecuteAsync(server.SuperuserConnectionStringFor("postgres"), "alter role ragaspire superuser");
        }

        await using var again = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Token);
        await AssertRolesAsync(again);
    }

    [Fact]
    public async Task A_lost_password_of_the_superuser_is_told_and_the_application_works_on()
    {
        await using (await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Token))
        {
        }

        File.Delete(Path.Combine(_data.Path, "postgres-superuser-password"));
        var log = new KeptLog();

        await using var server = await EmbeddedPostgres.StartAsync(Options(), log, Token);

        Assert.Equal(1, await Sql.OneAsync<int>(server.ConnectionString, "select 1"));
        Assert.Contains(log.Lines, line => line.Contains("postgres-superuser-password", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lost_password_of_the_application_is_replaced()
    {
        await using (await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Token))
        {
        }

        File.Delete(Path.Combine(_data.Path, "postgres-password"));

        await using var server = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Token);

        Assert.Equal(1, await Sql.OneAsync<int>(server.ConnectionString, "select 1"));
    }

    /// <summary>The script of the images, on a server that has nothing but its superuser, and once more.</summary>
    [Fact]
    public async Task The_script_for_containers_makes_the_same_roles()
    {
        await using var server = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Token);
        await DropAllAsync(server);
        var superuser = new NpgsqlConnectionStringBuilder(server.SuperuserConnectionStringFor("postgres"));
        foreach (var run in new[] { "first", "again" })
        {
            await using var script = BackgroundProgram.Start(
                "/bin/sh",
                [Path.Combine(BuildOutput.RepositoryRoot, "deploy", "postgres", "roles.sh")],
                new Dictionary<string, string>
                {
                    ["PGHOST"] = "127.0.0.1",
                    ["PGPORT"] = $"{server.Port}",
                    ["PGPASSWORD"] = superuser.Password!,
                    ["POSTGRES_USER"] = superuser.Username!,
                    ["RAGASPIRE_PASSWORD"] = SecretOf("postgres-password"),
                    ["RAGASPIRE_RESTORE_PASSWORD"] = SecretOf("postgres-restore-password"),
                });
            await script.WaitForExitAsync(Token);
            Assert.True(script.ExitCode == 0, $"{run}: {script.Output}");
        }

        await AssertRolesAsync(server);
        Assert.Equal(1, await Sql.OneAsync<long>(
            server.ConnectionString, "select count(*) from pg_extension where extname = 'pg_stat_statements'"));
    }

    /// <summary>The volume of a container whose services were the superuser, of another name than the embedded one.</summary>
    [Fact]
    public async Task A_server_elsewhere_gets_the_roles_and_hands_its_database_over()
    {
        await using var server = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Token);
        await DropAllAsync(server);
        var superuser = new NpgsqlConnectionStringBuilder(server.SuperuserConnectionStringFor("postgres"));
        foreach (var statement in new[] { "create database ragdb", "create role maker superuser login password 'maker'" })
        {
            await Sql.ExecuteAsync(superuser.ConnectionString, statement);
        }

        await Sql.ExecuteAsync(server.SuperuserConnectionStringFor("ragdb"), "create schema hangfire; create table kept as select 5 as n");
        var maker = new NpgsqlConnectionStringBuilder(superuser.ConnectionString) { Username = "maker", Password = "maker" };
        await Sql.ExecuteAsync(maker.ConnectionString, "alter role ragaspire_superuser rename to postgres");
        await Sql.ExecuteAsync(maker.ConnectionString, $"alter role postgres password '{superuser.Password}'");
        superuser.Username = "postgres";

        var passwords = new PostgresPasswords(superuser.Password!, SecretOf("postgres-password"), SecretOf("postgres-restore-password"));
        await new PostgresRoles(passwords, superuser, NullLogger.Instance).EnsureAsync("ragdb", Token);

        await AssertRolesAsync(server, superuser: "maker,postgres");
        await AssertOwnerAsync(server.ConnectionString);
        await Sql.ExecuteAsync(server.ConnectionString, "alter table kept add column m int");
        Assert.Equal(5, await Sql.OneAsync<int>(server.ConnectionString, "select n from kept"));
    }

    private static async Task DropAllAsync(EmbeddedPostgres server)
    {
        foreach (var statement in new[] { "drop database ragdb", "drop owned by ragaspire", "drop role ragaspire, ragaspire_restore" })
        {
            await Sql.ExecuteAsync(server.SuperuserConnectionStringFor("postgres"), statement);
        }
    }

    private PostgresOptions Options() => new() { DataDirectory = _data.Path, Durable = false, SharedBuffersMegabytes = 32 };

    private static async Task AssertRolesAsync(EmbeddedPostgres server, string superuser = "ragaspire_superuser")
    {
        var database = server.ConnectionString;
        Assert.Equal("ragaspire", await Sql.OneAsync<string>(database, "select current_user::text"));
        Assert.Equal("ragaspire,createdb,pg_monitor ragaspire_restore", await Sql.OneAsync<string>(database, $"{Rights} 'ragaspire'"));
        Assert.Equal("ragaspire_restore", await Sql.OneAsync<string>(database, $"{Rights} 'ragaspire_restore'"));
        Assert.Equal(
            superuser, await Sql.OneAsync<string>(database, "select string_agg(rolname, ',' order by rolname) from pg_roles where rolsuper"));
        Assert.Equal("ragaspire", await Sql.OneAsync<string>(
            database, "select pg_get_userbyid(datdba)::text from pg_database where datname = current_database()"));
    }

    /// <summary>Everything outside the system's schemas and the extension belongs to the application.</summary>
    private static async Task AssertOwnerAsync(string database) => Assert.Equal("ragaspire", await Sql.OneAsync<string>(database, """
        select string_agg(distinct pg_get_userbyid(owner)::text, ',') from (
            select relowner, oid, relnamespace, 'pg_class'::regclass from pg_class where relkind <> 'c'
            union all select proowner, oid, pronamespace, 'pg_proc'::regclass from pg_proc
            union all select typowner, oid, typnamespace, 'pg_type'::regclass from pg_type where typelem = 0
            union all select cfgowner, oid, cfgnamespace, 'pg_ts_config'::regclass from pg_ts_config
            union all select nspowner, oid, oid, 'pg_namespace'::regclass from pg_namespace where nspname <> 'public')
            object(owner, oid, schema, class)
        where schema in ('public'::regnamespace, 'hangfire'::regnamespace) and not exists (
            select from pg_depend d where d.classid = class and d.objid = object.oid and d.deptype = 'e')
        """));

    /// <summary>The state in which earlier versions left a data directory: one role, the superuser of initdb.</summary>
    private async Task MakeEarlierAsync(bool interrupted)
    {
        await using var server = await EmbeddedPostgres.StartAsync(Options(), cancellationToken: Token);
        var password = (await File.ReadAllTextAsync(Path.Combine(_data.Path, "postgres-password"), Token)).Trim();
        await Sql.ExecuteAsync(server.SuperuserConnectionStringFor("postgres"), "create role maker superuser login password 'maker'");
        var maker = new NpgsqlConnectionStringBuilder(server.SuperuserConnectionStringFor("postgres")) { Username = "maker", Password = "maker" };
        foreach (var statement in new[]
        {
            "drop database ragdb", "drop owned by ragaspire", "drop role ragaspire, ragaspire_restore",
            "alter role ragaspire_superuser rename to ragaspire", $"alter role ragaspire password '{password}'",
        })
        {
            await Sql.ExecuteAsync(maker.ConnectionString, statement);
        }

        foreach (var statement in new[] { "drop role maker", "create database ragdb", "create database second" })
        {
            await Sql.ExecuteAsync(server.ConnectionStringFor("postgres"), statement);
        }

        await Sql.ExecuteAsync(server.ConnectionStringFor("second"), "create table other as select 5 as n");
        await Sql.ExecuteAsync(server.ConnectionString, """
            create extension pg_trgm;
            create type state as enum ('old', 'new');
            create table kept (id bigint generated always as identity, n serial, state state, name text);
            create index on kept using gin (name gin_trgm_ops);
            insert into kept (state) values ('old');
            create view seen as select * from kept;
            create materialized view counted as select count(*) from kept;
            create table parts (n int) partition by range (n);
            create table part partition of parts for values from (0) to (10);
            create sequence loose;
            create function twice(n int) returns int language sql as 'select 2 * n';
            create text search configuration plain (copy = simple);
            create schema hangfire;
            create table hangfire.job (id bigserial);
            """);
        if (interrupted)
        {
            var next = SecretOf("postgres-superuser-password");
            await Sql.ExecuteAsync(server.ConnectionString, $"create role ragaspire_successor superuser login password '{next}'");
        }
        else
        {
            File.Delete(Path.Combine(_data.Path, "postgres-superuser-password"));
        }

        File.Delete(Path.Combine(_data.Path, "postgres-restore-password"));
    }

    private sealed class KeptLog : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }

    private string SecretOf(string file) => File.ReadAllText(Path.Combine(_data.Path, file)).Trim();
}
