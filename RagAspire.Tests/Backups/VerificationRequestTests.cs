using System.Net;
using System.Text.Json.Nodes;
using RagAspire.Tests.Maintenance;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Backups;

/// <summary>Verification by the API is a maintenance run, so a queue that loses the job loses nothing.</summary>
[Collection(Processes.Systems)]
public sealed class VerificationRequestTests(Stores stores)
{
    private const string Path = "/api/v1/operations/backups";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_requested_verification_can_be_followed_and_survives_a_queue_that_refuses_jobs()
    {
        using var directory = TestDirectory.Create("verification");
        await using var system = await RagSystem.StartAsync(
            stores, new RagSystemOptions { Settings = new Dictionary<string, string> { ["Backups__Directory"] = directory.Path } });
        var made = await RunClient.RunAsync(system.Client, "backup");
        Assert.True(made["status"]!.GetValue<string>() == "succeeded", made.ToJsonString());
        var backup = (await system.Client.GetAsync(Path))["items"]![0]!;
        await Sql.ExecuteAsync(system.Database, """
            create function hangfire.refuse() returns trigger language plpgsql as $$ begin raise 'the queue takes no jobs'; end $$;
            create trigger refuse before insert on hangfire.job execute function hangfire.refuse();
            """);

        var run = await RequestAsync(system, backup["id"]!.GetValue<string>());
        Assert.Equal("queued", run["status"]!.GetValue<string>());
        await Sql.ExecuteAsync(system.Database, "drop trigger refuse on hangfire.job");
        run = await RunClient.EndAsync(system.Client, run["id"]!.GetValue<Guid>());

        Assert.Equal("succeeded", run["status"]!.GetValue<string>());
        Assert.Equal(backup["id"]!.GetValue<string>(), run["argument"]!.GetValue<string>());
        var verified = await system.Client.GetAsync($"{Path}/{backup["id"]}");
        Assert.True(verified["verifiedAt"]!.GetValue<DateTimeOffset>() > backup["verifiedAt"]!.GetValue<DateTimeOffset>());
    }

    /// <returns>The run that the answer's Location names.</returns>
    private static async Task<JsonNode> RequestAsync(RagSystem system, string backup)
    {
        using var response = await system.Client.Http.PostAsync($"{Path}/{backup}/verify", null, Token);
        var body = await RagClient.JsonAsync(response);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, body.ToJsonString());
        Assert.Equal(backup, body["id"]!.GetValue<string>());
        return await system.Client.GetAsync(response.Headers.Location!.ToString());
    }
}
