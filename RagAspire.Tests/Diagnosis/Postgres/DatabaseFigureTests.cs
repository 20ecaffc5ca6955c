using Npgsql;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Diagnosis.Postgres;

/// <summary>
/// Each trouble to come is caused in a server of its own, and the value is given again by the statement beside it.
/// </summary>
public sealed partial class DatabaseFigureTests(MigratedCluster fixture) : IClassFixture<MigratedCluster>
{
    private OwnCluster Server => fixture.Value;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_that_is_idle_in_its_transaction()
    {
        await using var idle = await Server.OpenAsync();
        await using var transaction = await idle.BeginTransactionAsync(Token);
        await ExecuteAsync(idle, "select count(*) from documents");
        await Task.Delay(TimeSpan.FromSeconds(1.2), Token);

        var found = await FindAsync(PostgresCodes.IdleInTransaction, ("IdleInTransaction", "00:00:01"));

        Assert.Equal($"process {idle.ProcessID}", found.Subject);
        Assert.Contains("select count(*) from documents", found.Cause, StringComparison.Ordinal);
        Assert.NotNull(found.Since);
    }

    [Fact]
    public async Task A_transaction_that_has_been_open_for_long()
    {
        await using var slow = await Server.OpenAsync();
        var running = ExecuteAsync(slow, "select pg_sleep(4)");
        await Task.Delay(TimeSpan.FromSeconds(1.5), Token);

        var found = await FindAsync(PostgresCodes.LongTransaction, ("LongTransaction", "00:00:01"));

        Assert.Equal($"process {slow.ProcessID}", found.Subject);
        await running;
    }

    [Fact]
    public async Task A_chain_of_locks_is_told_by_the_process_at_its_root()
    {
        await using var root = await Server.OpenAsync();
        await using var middle = await Server.OpenAsync();
        await using var last = await Server.OpenAsync();
        await ExecuteAsync(root, "begin; lock table feedback in access exclusive mode");
        await ExecuteAsync(middle, "begin; lock table searches in access exclusive mode");
        var first = ExecuteAsync(middle, "lock table feedback in access share mode");
        await Task.Delay(100, Token);
        var second = ExecuteAsync(last, "select count(*) from searches");
        await Task.Delay(TimeSpan.FromSeconds(1.3), Token);

        var found = await FindAsync(PostgresCodes.Locks, ("LockWait", "00:00:01"));

        Assert.Equal($"process {root.ProcessID}", found.Subject);
        Assert.Contains("lock table feedback in access exclusive mode", found.Cause, StringComparison.Ordinal);
        Assert.Contains($"{last.ProcessID}", found.Evidence[0].Value, StringComparison.Ordinal);
        await ExecuteAsync(root, "rollback");
        await first;
        await ExecuteAsync(middle, "rollback");
        await second;
    }

    [Fact]
    public async Task Connections_that_are_nearly_used_up()
    {
        var open = new List<NpgsqlConnection>();
        for (var i = 0; i < 12; i++)
        {
            open.Add(await Server.OpenAsync());
        }

        var found = await FindAsync(PostgresCodes.Connections, ("ConnectionShare", "0.3"));

        Assert.Equal(FindingSeverity.Warning, FindingRanking.Rank([found])[0].Severity);
        foreach (var connection in open)
        {
            await connection.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_pool_that_hands_out_no_connection_while_the_server_answers()
    {
        var database = new NpgsqlConnectionStringBuilder(Server.Database) { MaxPoolSize = 1, ApplicationName = "small pool" };
        await using var rig = DoctorRig.Create(database.ConnectionString, null, ("PoolTimeout", "00:00:00.300"));
        await using var taken = await rig.Get<NpgsqlDataSource>().OpenConnectionAsync(Token);

        Assert.Contains(await rig.ProbeAsync(), observation => observation.Code == PostgresCodes.PoolExhausted);
    }

    [Fact]
    public async Task Deadlocks()
    {
        await using var one = await Server.OpenAsync();
        await using var two = await Server.OpenAsync();
        await ExecuteAsync(one, "begin; select pg_advisory_xact_lock(1)");
        await ExecuteAsync(two, "begin; select pg_advisory_xact_lock(2)");
        var waiting = ExecuteAsync(one, "select pg_advisory_xact_lock(2)");
        var second = await Record.ExceptionAsync(() => ExecuteAsync(two, "select pg_advisory_xact_lock(1)"));
        await ExecuteAsync(two, "rollback");
        var first = await Record.ExceptionAsync(() => waiting);
        await ExecuteAsync(one, "rollback");
        Assert.Equal(PostgresErrorCodes.DeadlockDetected, Assert.IsType<PostgresException>(first ?? second).SqlState);
        await ExecuteAsync(one, "select pg_stat_force_next_flush()");
        await ExecuteAsync(two, "select pg_stat_force_next_flush()");

        await using var rig = DoctorRig.Create(Server.Database, Server.DataDirectory, ("DeadlocksPerHour", "0.5"));
        Assert.Contains(await rig.ProbeAsync(), observation => observation.Code == PostgresCodes.Deadlocks);

        // Two hours without another one are over.
        Assert.DoesNotContain(
            await rig.ProbeAsync(later: TimeSpan.FromHours(2)), observation => observation.Code == PostgresCodes.Deadlocks);
    }

    [Fact]
    public async Task A_table_that_fills_the_disk_within_hours()
    {
        await using var session = await PostgresSession.OpenAsync(
            new NpgsqlConnectionStringBuilder(Server.Database) { Pooling = false }, TimeSpan.FromSeconds(30), Token);
        var (sizes, start) = (new CounterHistory(), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        async Task<(IReadOnlyList<Observation> Found, IReadOnlyList<Figure> Figures)> AtAsync(int hour)
        {
            var window = new DiagnosisWindow(start.AddHours(hour - 1), start.AddHours(hour));
            var growth = new GrowthChecks(sizes, window, () => new DiskState("/data", 1 << 30, 200 << 20));
            return (await growth.DiskAsync(session, new PostgresDiagnosisOptions(), Token), window.Figures.Read());
        }

        // Without an earlier examination nothing is known of growth. An unlogged table leaves the WAL as it is.
        await Server.ExecuteAsync("create unlogged table grows (n int, filler text)");
        await Server.ExecuteAsync("insert into grows select n, repeat(md5(n::text), 8) from generate_series(1, 80000) n");
        Assert.Empty((await AtAsync(0)).Figures);
        await Server.ExecuteAsync("insert into grows select n, repeat(md5(n::text), 8) from generate_series(1, 80000) n");

        var (found, figures) = await AtAsync(1);
        Assert.Equal((PostgresCodes.Growth, "table grows"), (Assert.Single(found).Code, found[0].Subject));
        Assert.InRange(figures.Single(figure => figure is { Name: "growth", Of: "table grows" }).Value, 20, 30);
        Assert.Equal(200 / 12.0, figures.Single(figure => figure.Of == "database and WAL").Limit!.Value, 2);
        Assert.Single(figures, figure => figure is { Name: "written", Of: "WAL" });
        Assert.Empty((await AtAsync(3)).Found);
        await Server.ExecuteAsync("drop table grows");
    }

    [Fact]
    public async Task What_the_role_may_not_read_is_unknown_and_the_rest_is_examined()
    {
        await Server.ExecuteAsSuperuserAsync("revoke execute on function pg_ls_waldir() from pg_monitor");
        try
        {
            await using var rig = DoctorRig.Create(Server.Database, Server.DataDirectory, ("TransactionIdShare", "0"));
            var partly = await Assert.ThrowsAsync<ProbeException>(() => rig.ProbeAsync());
            Assert.Contains("pg_ls_waldir", partly.Message, StringComparison.Ordinal);
            Assert.Contains(partly.Observations, observation => observation.Code == PostgresCodes.TransactionIds);
            var report = await rig.ExamineAsync();
            Assert.Equal(partly.Message, report.Unknown);
            Assert.Contains(report.Findings, finding => finding.Code == PostgresCodes.TransactionIds);
        }
        finally
        {
            await Server.ExecuteAsSuperuserAsync("grant execute on function pg_ls_waldir() to pg_monitor");
        }
    }

    [Fact]
    public async Task Dead_rows_of_a_table_whose_autovacuum_is_off_and_statistics_that_are_missing()
    {
        // A table of another schema may have the name of one here.
        await Server.ExecuteAsync("""
            create schema jobs;
            create table jobs.documents (n int) with (autovacuum_enabled = off);
            insert into jobs.documents select generate_series(1, 30000);
            """);
        await Server.ExecuteAsync("delete from jobs.documents where n > 10000; select pg_stat_force_next_flush()");

        var dead = await FindAsync(PostgresCodes.DeadRows, ("VacuumDelay", "00:00:00"));
        Assert.Equal("jobs.documents", dead.Subject);
        Assert.Contains("Autovacuum is switched off", dead.Cause, StringComparison.Ordinal);
        await ReproducedAsync(dead);

        var stale = await FindAsync(PostgresCodes.Statistics, ("VacuumDelay", "00:00:00"));
        Assert.Equal("jobs.documents", stale.Subject);
        await ReproducedAsync(stale);

        await using var rig = DoctorRig.Create(Server.Database, Server.DataDirectory);
        var figures = (await rig.ExamineAsync()).Figures;
        var table = figures.Single(figure => figure.Name == "table jobs.documents");
        Assert.Equal(table.Value, await Server.ScalarAsync<string>(table.Query));
        foreach (var figure in figures)
        {
            Assert.NotNull(await Server.ScalarAsync<object>(figure.Query));
        }

        await Server.ExecuteAsync("drop schema jobs cascade");
    }

    [Fact]
    public async Task An_invalid_index()
    {
        await Server.ExecuteAsync("create index feedback_invalid on feedback (answer_id)");
        await Server.ExecuteAsSuperuserAsync(
            "update pg_index set indisvalid = false where indexrelid = 'feedback_invalid'::regclass");

        var found = await FindAsync(PostgresCodes.InvalidIndex);

        Assert.Equal("feedback_invalid", found.Subject);
        await Server.ExecuteAsync("drop index feedback_invalid");
    }

    [Fact]
    public async Task Transaction_ids_checkpoints_and_the_cache_beyond_their_limits()
    {
        await Server.ExecuteAsSuperuserAsync("checkpoint");
        await Server.ExecuteAsSuperuserAsync("checkpoint");
        await Server.ExecuteAsync("select pg_stat_force_next_flush()");
        await Server.ExecuteAsync("do $$ begin for i in 1..500 loop perform pg_current_xact_id(); commit; end loop; end $$");

        await FindAsync(PostgresCodes.TransactionIds, ("TransactionIdShare", "0.0000001"));
        await FindAsync(PostgresCodes.Checkpoints, ("CheckpointSample", "1"), ("RequestedCheckpoints", "0.01"));
        await FindAsync(PostgresCodes.CacheHits, ("CacheSample", "1"), ("CacheHitShare", "1"));
        await FindAsync(PostgresCodes.Wal, ("WalFactor", "0.001"));
    }

    [Fact]
    public async Task A_replication_slot_that_nobody_reads()
    {
        await using var replicated = await OwnCluster.StartAsync(durable: true);
        await replicated.ExecuteAsSuperuserAsync("select pg_create_physical_replication_slot('forgotten', true)");
        await replicated.ExecuteAsync("create table filler as select generate_series(1, 50000) n");
        await using var rig = DoctorRig.Create(replicated.Database, null, ("ReplicationBytes", "1000"));

        var found = Assert.Single(await rig.ProbeAsync(), observation => observation.Code == PostgresCodes.Replication);

        Assert.Equal("slot forgotten", found.Subject);
    }

    [Fact]
    public async Task An_archive_command_that_fails()
    {
        await using var archived = await OwnCluster.StartAsync(durable: true);
        await archived.ExecuteAsSuperuserAsync("alter system set archive_mode = on");
        await archived.ExecuteAsSuperuserAsync("alter system set archive_command = 'false'");
        await archived.Server.StopAsync(Token);
        await archived.Server.StartAsync(Token);
        await archived.ExecuteAsSuperuserAsync("create table filler as select 1 as n; select pg_switch_wal()");
        await using var rig = DoctorRig.Create(archived.Database);
        var found = new List<Observation>();

        await Eventually.TrueAsync(
            async () =>
            {
                found = [.. (await rig.ProbeAsync()).Where(observation => observation.Code == PostgresCodes.Wal)];
                return found.Count > 0;
            },
            TimeSpan.FromSeconds(30),
            () => "The failure is not seen.",
            Token);

        Assert.Contains("Archiving of", Assert.Single(found).Symptom, StringComparison.Ordinal);
        Assert.NotNull(found[0].Since);
    }

    private async Task<Observation> FindAsync(string code, params (string Key, string? Value)[] settings)
    {
        await using var rig = DoctorRig.Create(Server.Database, Server.DataDirectory, settings);
        var found = await rig.ProbeAsync();
        Assert.Contains(found, observation => observation.Code == code);
        foreach (var evidence in found.SelectMany(observation => observation.Evidence).Where(
            evidence => evidence.Query.StartsWith("select", StringComparison.Ordinal)))
        {
            await Server.ExecuteAsync(evidence.Query);
        }

        return found.First(observation => observation.Code == code);
    }

    /// <summary>The statement of the evidence gives its value.</summary>
    private async Task ReproducedAsync(Observation found)
    {
        var value = await Server.ScalarAsync<long>(found.Evidence[0].Query);
        Assert.StartsWith($"{value} ", found.Evidence[0].Value, StringComparison.Ordinal);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }
}
