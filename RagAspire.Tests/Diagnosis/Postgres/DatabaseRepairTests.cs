using Npgsql;
using RagAspire.Database;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Tests.Backups;

namespace RagAspire.Tests.Diagnosis.Postgres;

/// <summary><c>diagnose database --fix</c> as a real process repairs what is listed and nothing else.</summary>
public sealed class DatabaseRepairTests
{
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
    public async Task Idle_sessions_are_ended_and_an_invalid_index_is_rebuilt()
    {
        await using var cluster = await MigratedAsync();
        await cluster.ExecuteAsync("create index feedback_invalid on feedback (answer_id)");
        await cluster.ExecuteAsSuperuserAsync(
            "update pg_index set indisvalid = false where indexrelid = 'feedback_invalid'::regclass");
        await using var idle = await cluster.OpenAsync();
        await using (var begin = new NpgsqlCommand("begin; select count(*) from documents", idle))
        {
            await begin.ExecuteNonQueryAsync(Token);
        }

        await using var young = await cluster.OpenAsync();
        await Task.Delay(TimeSpan.FromSeconds(1.5), Token);

        var output = await WorkerCommand.RunAsync(0, Environment(cluster), "diagnose", "database", "--fix", "--yes");

        Assert.Contains($"Ended process {idle.ProcessID}", output, StringComparison.Ordinal);
        Assert.Contains("feedback_invalid was rebuilt", output, StringComparison.Ordinal);
        Assert.True(await cluster.ScalarAsync<bool>("select indisvalid from pg_index where indexrelid = 'feedback_invalid'::regclass"));
        Assert.Equal(2, await cluster.ScalarAsync<long>("select count(*) from audit_logs where action like 'database.%'"));
        await using var alive = new NpgsqlCommand("select 1", young);
        Assert.Equal(1, await alive.ExecuteScalarAsync(Token));
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
        ["Diagnosis__Postgres__IdleInTransaction"] = "00:00:01",
    };
}
