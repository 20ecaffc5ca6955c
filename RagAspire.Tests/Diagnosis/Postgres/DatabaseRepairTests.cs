using Npgsql;
using RagAspire.Database;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Tests.Backups;

namespace RagAspire.Tests.Diagnosis.Postgres;

/// <summary><c>diagnose database --fix</c> as a real process repairs what is listed and nothing else.</summary>
public sealed class DatabaseRepairTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stopped_server_is_started_and_is_healthy()
    {
        await using var cluster = await MigratedAsync();
        await cluster.Server.StopAsync(Token);
        var port = cluster.Server.Port;
        cluster.Server.Detach();

        // Without a connection string: the data directory tells it.
        var before = await WorkerCommand.RunAsync(2, Environment(cluster, database: ""), "diagnose", "database");
        Assert.Contains(PostgresCodes.NotRunning, before, StringComparison.Ordinal);
        Assert.Null(cluster.Server.ProcessId);

        var output = await WorkerCommand.RunAsync(0, Environment(cluster, database: ""), "diagnose", "database", "--fix", "--yes");

        Assert.Contains($"{PostgresCodes.NotRunning} is gone", output, StringComparison.Ordinal);
        Assert.Contains($"on port {port}", output, StringComparison.Ordinal);
        Assert.Contains("The database is healthy now.", output, StringComparison.Ordinal);
        Assert.Equal(1, await cluster.ScalarAsync<int>("select 1"));
    }

    [Fact]
    public async Task Idle_sessions_are_ended_and_an_invalid_index_is_rebuilt_or_dropped_and_nothing_else_is_touched()
    {
        await using var cluster = await MigratedAsync();
        await cluster.ExecuteAsync("""
            create index feedback_invalid on feedback (answer_id);
            create index feedback_other_ccnew on feedback (answer_id);
            create index feedback_other_ccold1 on feedback (answer_id);
            """);
        await cluster.ExecuteAsSuperuserAsync("""
            update pg_index set indisvalid = false
            where indexrelid in (
                'feedback_invalid'::regclass, 'feedback_other_ccnew'::regclass, 'feedback_other_ccold1'::regclass)
            """);
        await using var idle = await IdleAsync(cluster);
        await using var working = await IdleAsync(cluster);
        using var end = new CancellationTokenSource();
        var work = WorkAsync(working, end.Token);
        await Task.Delay(Limit * 1.2, Token);

        var output = await WorkerCommand.RunAsync(0, Environment(cluster), "diagnose", "database", "--fix", "--yes");
        await end.CancelAsync();
        await work;

        Assert.Contains($"Ended process {idle.ProcessID}", output, StringComparison.Ordinal);
        Assert.Contains("feedback_invalid was rebuilt", output, StringComparison.Ordinal);
        Assert.Contains("feedback_other_ccnew was dropped", output, StringComparison.Ordinal);
        Assert.Contains("feedback_other_ccold1 was dropped", output, StringComparison.Ordinal);
        Assert.Equal("", await InvalidAsync(cluster));
        Assert.True(await cluster.ScalarAsync<bool>("select indisvalid from pg_index where indexrelid = 'feedback_invalid'::regclass"));
        Assert.Equal(4, await cluster.ScalarAsync<long>("select count(*) from audit_logs where action like 'database.%'"));
        Assert.DoesNotContain($"process {working.ProcessID} ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_each_repair_is_asked_for()
    {
        await using var cluster = await MigratedAsync();
        await cluster.ExecuteAsync("create table twice as select 1 as n from generate_series(1, 2)");

        // Both fail at the duplicate row, and leave what they have begun.
        await Assert.ThrowsAsync<PostgresException>(() => cluster.ExecuteAsync("create unique index concurrently twice_n on twice (n)"));
        await Assert.ThrowsAsync<PostgresException>(() => cluster.ExecuteAsync("reindex index concurrently twice_n"));
        Assert.Equal("twice_n, twice_n_ccnew", await InvalidAsync(cluster));

        var left = await WorkerCommand.OnTerminalAsync(1, Environment(cluster), ["n", ""], "diagnose", "database", "--fix");
        Assert.Contains("Rebuild the invalid index twice_n (REINDEX CONCURRENTLY)? [y/N]", left, StringComparison.Ordinal);
        Assert.Contains("Left: Rebuild the invalid index twice_n", left, StringComparison.Ordinal);
        Assert.Contains("Left: Drop the leftover twice_n_ccnew", left, StringComparison.Ordinal);
        Assert.DoesNotContain("Checked again", left, StringComparison.Ordinal);
        Assert.Equal("twice_n, twice_n_ccnew", await InvalidAsync(cluster));
        Assert.Equal(0, await cluster.ScalarAsync<long>("select count(*) from audit_logs where action like 'database.%'"));

        // The duplicate row is still there, so the rebuild fails again and leaves another one.
        var done = await WorkerCommand.OnTerminalAsync(1, Environment(cluster), ["y", "y"], "diagnose", "database", "--fix");
        Assert.Contains("Failed: ", done, StringComparison.Ordinal);
        Assert.Contains("twice_n_ccnew was dropped.", done, StringComparison.Ordinal);
        Assert.Contains($"Checked again: {PostgresCodes.InvalidIndex} (twice_n_ccnew) is gone.", done, StringComparison.Ordinal);
        Assert.Equal("twice_n, twice_n_ccnew1", await InvalidAsync(cluster));
        Assert.Contains("The index twice_n_ccnew1 of twice is invalid", done.Split("Left for a person:")[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_repaired_is_left_for_a_person_and_nothing_is_changed_without_consent()
    {
        await using var cluster = await OwnCluster.StartAsync();

        var refused = await WorkerCommand.RunAsync(2, Environment(cluster), "diagnose", "database", "--fix");
        Assert.Contains("--yes", refused, StringComparison.Ordinal);

        var output = await WorkerCommand.RunAsync(2, Environment(cluster), "diagnose", "database", "--fix", "--yes");
        Assert.Contains("There is nothing that --fix can repair.", output, StringComparison.Ordinal);
        Assert.Contains("Left for a person", output, StringComparison.Ordinal);
        Assert.Contains(PostgresCodes.Migration, output, StringComparison.Ordinal);
        Assert.False(await cluster.ScalarAsync<bool>("select to_regclass('schema_migrations') is not null"));
    }

    private static Task<string> InvalidAsync(OwnCluster cluster) => cluster.ScalarAsync<string>("""
        select coalesce(string_agg(indexrelid::regclass::text, ', ' order by indexrelid::regclass::text), '')
        from pg_index where not indisvalid
        """);

    /// <summary>A session that is idle in its transaction.</summary>
    private static async Task<NpgsqlConnection> IdleAsync(OwnCluster cluster)
    {
        var session = await cluster.OpenAsync();
        await using var begin = new NpgsqlCommand("begin; select count(*) from documents", session);
        await begin.ExecuteNonQueryAsync(Token);
        return session;
    }

    /// <summary>Goes on in its transaction, so that it is never idle for long. A rebuild would wait for a snapshot.</summary>
    private static async Task WorkAsync(NpgsqlConnection session, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await using var command = new NpgsqlCommand("show application_name", session);
            await command.ExecuteNonQueryAsync(Token);
            await Task.Delay(TimeSpan.FromMilliseconds(50), Token);
        }
    }

    private static async Task<OwnCluster> MigratedAsync()
    {
        var cluster = await OwnCluster.StartAsync();
        await using var rig = DoctorRig.Create(cluster.Database);
        await rig.Get<Migrator>().MigrateAsync(Token);
        return cluster;
    }

    private static Dictionary<string, string> Environment(OwnCluster cluster, string? database = null) => new()
    {
        ["ConnectionStrings__ragdb"] = database ?? cluster.Database,
        ["ConnectionStrings__cache"] = "127.0.0.1:1,abortConnect=false",
        ["RAGASPIRE_DATA"] = cluster.DataDirectory,
        ["Diagnosis__Postgres__IdleInTransaction"] = $"{Limit}",
    };
}
