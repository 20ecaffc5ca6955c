using Npgsql;
using RagAspire.Database;
using RagAspire.Monitoring;
using RagAspire.Tests.Backups;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Monitoring;

/// <summary>Each figure is caused in a real database.</summary>
public sealed class DatabaseHealthTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fresh_database_is_healthy()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var health = await ReadAsync(core);
        Assert.Equal(
            (0, 0, 0.0, 0), (health.InvalidIndexes, health.BlockedSessions, health.DeadRowShare, health.VacuumsOverdue));
        Assert.InRange(health.TransactionAge, 1, 100_000_000);
    }

    [Fact]
    public async Task An_invalid_index_is_counted()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        await ExecuteAsync(core, "create index feedback_invalid on feedback (answer_id)");
        await Sql.ExecuteAsync(
            await stores.SuperuserAsync(core.Get<NpgsqlDataSource>().ConnectionString), "update pg_index set indisvalid = false where indexrelid = 'feedback_invalid'::regclass");
        Assert.Equal(1, (await ReadAsync(core)).InvalidIndexes);
    }

    [Fact]
    public async Task Dead_rows_are_a_share_of_their_table()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        await ExecuteAsync(core, "create table worn (id int) with (autovacuum_enabled = false)");
        await ExecuteAsync(core, "insert into worn select generate_series(1, 40000)");
        await ExecuteAsync(core, "delete from worn where id <= 30000");
        await Eventually.TrueAsync(
            async () => (await ReadAsync(core)).DeadRowShare is > 0.74 and < 0.76,
            TimeSpan.FromSeconds(20), () => "The dead rows are not seen.", Token);
    }

    [Fact]
    public async Task A_session_that_waits_for_a_lock_is_blocked_after_ten_seconds()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        await using var holder = await core.Get<NpgsqlDataSource>().OpenConnectionAsync(Token);
        await using var transaction = await holder.BeginTransactionAsync(Token);
        await holder.Command("lock table feedback in access exclusive mode").ExecuteAsync(Token);
        var waiting = ExecuteAsync(core, "select count(*) from feedback");
        Assert.Equal(0, (await ReadAsync(core)).BlockedSessions);
        await Eventually.TrueAsync(
            async () => (await ReadAsync(core)).BlockedSessions == 1,
            TimeSpan.FromSeconds(25), () => "Nobody is blocked.", Token);
        await transaction.RollbackAsync(Token);
        await waiting;
        Assert.Equal(0, (await ReadAsync(core)).BlockedSessions);
    }

    [Fact]
    public async Task Heartbeats_and_the_oldest_failed_job_are_read_from_the_job_storage()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var health = await ReadAsync(core);
        Assert.Equal((0, 0.0), (health.JobServers, health.OldestFailedJob));

        await ExecuteAsync(core, """
            insert into hangfire.server (id, lastheartbeat) values ('alive', now()), ('dead', now() - interval '5 minutes');
            insert into hangfire.job (id, stateid, statename, invocationdata, arguments, createdat) values
                (1, 1, 'Failed', '{}', '[]', now()), (2, 2, 'Succeeded', '{}', '[]', now());
            insert into hangfire.state (id, jobid, name, createdat) values
                (1, 1, 'Failed', now() - interval '2 hours'), (2, 2, 'Succeeded', now() - interval '9 hours')
            """);
        health = await ReadAsync(core);
        Assert.Equal(1, health.JobServers);
        Assert.InRange(health.OldestFailedJob!.Value, 7199, 7300);
    }

    private static Task<DatabaseHealth> ReadAsync(CoreServices core) =>
        DatabaseHealth.ReadAsync(core.Get<NpgsqlDataSource>(), Token);

    private static Task<int> ExecuteAsync(CoreServices core, string sql) =>
        core.Get<NpgsqlDataSource>().Command(sql).ExecuteAsync(Token);
}
