using Npgsql;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Tests.Diagnosis.Postgres;

namespace RagAspire.Tests.Diagnosis.Patterns;

/// <summary>Troubles of the database server, made by sessions, tables, and the server's own programs.</summary>
internal sealed class DatabasePatterns(OwnCluster cluster)
{
    private const string Area = "postgresql";
    private const string Application = "pattern";

    private readonly List<NpgsqlConnection> _sessions = [];
    private Task _work = Task.CompletedTask;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public IEnumerable<Pattern> All() =>
    [
        new(Area, PostgresCodes.Locks, LockAsync, EndSessionsAsync),
        new(Area, PostgresCodes.IdleInTransaction, IdleAsync, EndSessionsAsync),
        new(Area, PostgresCodes.Connections, () => OpenAsync(45), EndSessionsAsync),
        new(Area, PostgresCodes.InvalidIndex,
            async () =>
            {
                await cluster.ExecuteAsync("create index feedback_invalid on feedback (answer_id)");
                await cluster.ExecuteAsSuperuserAsync(
                    "update pg_index set indisvalid = false where indexrelid = 'feedback_invalid'::regclass");
            },
            () => cluster.ExecuteAsync("drop index feedback_invalid")),
        new(Area, PostgresCodes.DeadRows,
            async () =>
            {
                await NeglectAsync();
                await cluster.ExecuteAsync("delete from neglected where n > 1000; select pg_stat_force_next_flush()");
                await cluster.ExecuteAsync("analyze neglected");
            },
            () => cluster.ExecuteAsync("drop table neglected")),
        new(Area, PostgresCodes.Statistics, NeglectAsync, () => cluster.ExecuteAsync("drop table neglected")),
        new(Area, PostgresCodes.Replication,
            async () =>
            {
                await cluster.ExecuteAsSuperuserAsync("select pg_create_physical_replication_slot('forgotten', true)");
                await cluster.ExecuteAsync("create table filler as select n from generate_series(1, 500) n; analyze filler");
            },
            async () =>
            {
                await cluster.ExecuteAsSuperuserAsync("select pg_drop_replication_slot('forgotten')");
                await cluster.ExecuteAsync("drop table filler");
            }),
        new(Area, PostgresCodes.Migration,
            () => cluster.ExecuteAsync("""
                update schema_migrations set name = name || '.away' where name = (select max(name) from schema_migrations)
                """),
            () => cluster.ExecuteAsync("update schema_migrations set name = replace(name, '.away', '')")),
        new(Area, PostgresCodes.Refused, () => cluster.Server.StopAsync(Token), () => cluster.Server.StartAsync(Token)),
    ];

    /// <summary>A table without vacuum and analyze, with more new rows than are allowed.</summary>
    private Task NeglectAsync() => cluster.ExecuteAsync("""
        create table neglected (n int) with (autovacuum_enabled = off);
        insert into neglected select generate_series(1, 3000);
        select pg_stat_force_next_flush()
        """);

    /// <summary>The holder of the lock works, so that it is not idle in its transaction, too.</summary>
    private async Task LockAsync()
    {
        await OpenAsync(2);
        await ExecuteAsync(_sessions[0], "begin; lock table feedback in access exclusive mode");
        _work = Task.WhenAll(
            ExecuteAsync(_sessions[0], "select pg_sleep(600)"), ExecuteAsync(_sessions[1], "select count(*) from feedback"));
    }

    private async Task IdleAsync()
    {
        await OpenAsync(1);
        await ExecuteAsync(_sessions[0], "begin; select count(*) from documents");
    }

    private async Task OpenAsync(int count)
    {
        var named = new NpgsqlConnectionStringBuilder(cluster.Database) { ApplicationName = Application };
        for (var i = 0; i < count; i++)
        {
            _sessions.Add(await OwnCluster.OpenAsync(named.ConnectionString));
        }
    }

    private async Task EndSessionsAsync()
    {
        await cluster.ExecuteAsSuperuserAsync(
            $"select pg_terminate_backend(pid) from pg_stat_activity where application_name = '{Application}'");
        await Record.ExceptionAsync(() => _work);
        foreach (var session in _sessions)
        {
            await session.DisposeAsync();
        }

        _work = Task.CompletedTask;
        _sessions.Clear();
    }

    private static async Task ExecuteAsync(NpgsqlConnection session, string sql)
    {
        await using var command = new NpgsqlCommand(sql, session) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(Token);
    }
}
