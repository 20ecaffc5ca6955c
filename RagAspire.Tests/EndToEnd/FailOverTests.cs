using System.Diagnostics;
using System.Net;
using System.Text;
using Npgsql;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Tests.Diagnosis.Postgres;
using RagAspire.Tests.Maintenance;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.EndToEnd;

/// <summary>PostgreSQL with a standby, which is diagnosed while it lags and takes over when the primary is killed.</summary>
[Collection(Processes.Systems)]
public sealed class FailOverTests(Stores stores)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_promoted_standby_takes_over_without_a_restart_and_nothing_acknowledged_is_lost()
    {
        using var backups = TestDirectory.Create("fail-over");
        await using var servers = await ReplicatedPostgres.StartAsync();
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Database = $"{servers.Database};Command Timeout=5",
            Settings = new Dictionary<string, string>
            {
                ["Backups__Directory"] = backups.Path,
                ["Diagnosis__Limit"] = "00:00:30",
                ["Diagnosis__ProbeLimit"] = "00:00:30",
                ["Diagnosis__Postgres__Timeout"] = "00:00:20",
            },
        });
        await using var doctor = DoctorRig.Create(
            servers.Database, null, ("ReplicationBytes", "1000000"), ("Timeout", "00:00:20"), ("LongTransaction", "00:00:00"));
        await system.Client.UploadAndWaitAsync("fox.txt", Encoding.UTF8.GetBytes("The quick brown fox jumps over the lazy dog."));
        await AssertFoundAsync(system, "fox");
        await AssertLagIsDiagnosedAsync(doctor, servers);
        await AssertNoPrimaryIsDiagnosedAsync(servers.Standby);
        await AssertAbsentStandbyIsDiagnosedAsync(system, doctor, servers);

        await using var traffic = new SteadyTraffic(system.Client);
        await traffic.UploadedAsync(3);
        await servers.KillPrimaryAsync();
        await traffic.RefusedAsync();
        await servers.PromoteStandbyAsync();
        var promotedAt = Stopwatch.GetTimestamp();
        await system.Client.WaitUntilReadyAsync(Token);
        var readyAfter = Stopwatch.GetElapsedTime(promotedAt);
        await traffic.UploadedAsync(3);
        await traffic.StopAsync();
        TestContext.Current.SendDiagnosticMessage(
            "Ready {0:0.0} s after the promotion; the longest request took {1:0.0} s",
            readyAfter.TotalSeconds, traffic.Longest.TotalSeconds);

        await AssertEachIsThereOnceAsync(system, servers.Standby, [.. traffic.Acknowledged]);
        var backup = await RunClient.RunAsync(system.Client, "backup");
        Assert.True(backup["status"]!.GetValue<string>() == "succeeded", backup.ToJsonString());
        Assert.Equal(servers.Standby.Server.Port, (await doctor.ExamineAsync()).Server.Port);
    }

    /// <summary>The standby gets the WAL and does not replay it, until it may again.</summary>
    private static async Task AssertLagIsDiagnosedAsync(DoctorRig doctor, ReplicatedPostgres servers)
    {
        await servers.Standby.ExecuteAsSuperuserAsync("select pg_wal_replay_pause()");
        await servers.Primary.ExecuteAsync("create table filler as select generate_series(1, 100000) n");
        await Eventually.TrueAsync(
            async () => await LaggingAsync() is [ReplicatedPostgres.StandbyName], Patience, () => "The lag is not found.", Token);

        await servers.Primary.ExecuteAsync("drop table filler");
        await servers.Standby.ExecuteAsSuperuserAsync("select pg_wal_replay_resume()");
        await Eventually.TrueAsync(
            async () => await LaggingAsync() is [], Patience, () => "The lag is found for ever.", Token);

        async Task<string?[]> LaggingAsync()
        {
            var report = await doctor.ExamineAsync();
            Assert.Equal(servers.Primary.Server.Port, report.Server.Port);
            return
            [
                .. report.Findings.Where(finding => finding.Code == PostgresCodes.Replication).Select(finding => finding.Subject),
            ];
        }
    }

    /// <summary>Both names of the connection string lead to the standby.</summary>
    private static async Task AssertNoPrimaryIsDiagnosedAsync(OwnCluster standby)
    {
        var address = $"127.0.0.1:{standby.Server.Port}";
        var database = new NpgsqlConnectionStringBuilder(standby.Database) { Host = $"{address},{address}" }.ConnectionString;
        await using var doctor = DoctorRig.Create(database, null, ("Timeout", "00:00:20"));
        var found = Assert.Single((await doctor.ExamineAsync()).Findings);
        Assert.Equal(PostgresCodes.Recovery, found.Code);
    }

    /// <summary>
    /// Commits wait for a standby that does not exist. An upload is kept and refused for now, also when it is repeated, until it
    /// is acknowledged as the same document. So is a deletion, until it is acknowledged by the absence of the document.
    /// </summary>
    private static async Task AssertAbsentStandbyIsDiagnosedAsync(RagSystem system, DoctorRig doctor, ReplicatedPostgres servers)
    {
        var deleted = (await system.Client.UploadAndWaitAsync("deleted.txt", Encoding.UTF8.GetBytes("A word that goes."))).Id;
        await servers.RequireAsync("absent");
        await using var session = await servers.Primary.OpenAsync();
        var hanging = CommitUntilOneWaitsAsync(session);
        Finding[] findings = [];
        await Eventually.TrueAsync(
            async () =>
            {
                findings = [.. (await doctor.ExamineAsync()).Findings];
                return findings is [{ Code: PostgresCodes.SynchronousStandby } first, ..]
                    && first.Evidence[2].Value.Contains("the longest", StringComparison.Ordinal);
            },
            Patience, () => "The absent standby is not found.", Token);
        Assert.Equal("absent", findings[0].Evidence[0].Value);
        Assert.Equal($"{ReplicatedPostgres.StandbyName} (streaming, async)", findings[0].Evidence[1].Value);
        Assert.Equal(
            PostgresCodes.SynchronousStandby,
            findings.First(finding => finding.Code == PostgresCodes.LongTransaction).SuppressedBy);

        var content = Encoding.UTF8.GetBytes("Only this document has the word waitingword.");
        for (var attempt = 0; attempt < 2; attempt++)
        {
            Assert.All(
                await Task.WhenAll(
                    system.Client.PostFileAsync("waiting.txt", content),
                    system.Client.TrySendAsync(HttpMethod.Delete, $"/api/v1/documents/{deleted}")),
                refused =>
                {
                    Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
                    Assert.NotNull(refused.Headers.RetryAfter);
                });
        }

        // The diagnosis of the running system writes nothing that could wait, too.
        var diagnosis = await system.Client.GetAsync("/api/v1/operations/diagnostics");
        Assert.Contains(
            PostgresCodes.SynchronousStandby,
            diagnosis["findings"]!.AsArray().Select(finding => finding!["code"]!.GetValue<string>()));

        await servers.RequireAsync(ReplicatedPostgres.StandbyName);
        await hanging;
        await system.Client.UploadAndWaitAsync("waiting.txt", content);
        using var gone = await system.Client.TrySendAsync(HttpMethod.Delete, $"/api/v1/documents/{deleted}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal(1, await servers.Primary.ScalarAsync<long>("select count(*) from documents where name = 'waiting.txt'"));
        await Eventually.TrueAsync(
            async () => (await doctor.ExamineAsync()).Findings.All(finding => finding.Code != PostgresCodes.SynchronousStandby),
            Patience, () => "The absent standby is found for ever.", Token);
    }

    /// <summary>The server heeds its new settings a moment after they were set.</summary>
    private static async Task CommitUntilOneWaitsAsync(NpgsqlConnection session)
    {
        for (var startedAt = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(1);)
        {
            startedAt = Stopwatch.GetTimestamp();
            await using var write = new NpgsqlCommand("select pg_logical_emit_message(true, 'test', '')", session) { CommandTimeout = 0 };
            await write.ExecuteNonQueryAsync(Token);
        }
    }

    private static async Task AssertEachIsThereOnceAsync(RagSystem system, OwnCluster primary, Guid[] acknowledged)
    {
        foreach (var (number, id) in acknowledged.Index())
        {
            var document = await system.Client.ProcessedAsync(id);
            Assert.Equal((SteadyTraffic.Name(number), "ready"), (document.Name, document.Status));
            await AssertFoundAsync(system, SteadyTraffic.Word(number));
        }

        var stored = await primary.ScalarAsync<long>("select count(*) from documents where name like 'steady-%'");
        Assert.Equal(acknowledged.Length, stored);
    }

    private static Task AssertFoundAsync(RagSystem system, string word) => Eventually.TrueAsync(
        async () => (await system.Client.SearchAsync(word, mode: "text")).Hits.Count == 1,
        Patience, () => $"'{word}' is not found in one place.", Token);
}
