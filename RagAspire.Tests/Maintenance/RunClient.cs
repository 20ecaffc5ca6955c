using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Maintenance;

/// <summary>Runs tasks through the API and waits for them.</summary>
internal static class RunClient
{
    private const string Path = "/api/v1/operations/maintenance";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Requests a run.</summary>
    public static async Task<Guid> RequestAsync(RagClient client, string task)
    {
        using var response = await client.Http.PostAsJsonAsync($"{Path}/{task}", new { }, Cancelled);
        var run = await RagClient.JsonAsync(response);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, $"{task}: {run}");
        return run["id"]!.GetValue<Guid>();
    }

    /// <summary>Runs a task to its end; waits while a scheduled run of it is not over.</summary>
    public static async Task<JsonNode> RunAsync(RagClient client, string task, bool dryRun = false)
    {
        JsonNode run = null!;
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await client.Http.PostAsJsonAsync($"{Path}/{task}", new { dryRun }, Cancelled);
                run = await RagClient.JsonAsync(response);
                return response.StatusCode == HttpStatusCode.Accepted;
            },
            TimeSpan.FromSeconds(30),
            () => $"{task} does not begin: {run}",
            Cancelled);
        return await EndAsync(client, run["id"]!.GetValue<Guid>());
    }

    /// <summary>Waits for the end of a run.</summary>
    public static async Task<JsonNode> EndAsync(RagClient client, Guid id, TimeSpan? timeout = null)
    {
        JsonNode run = null!;
        await Eventually.TrueAsync(
            async () =>
            {
                run = await client.GetAsync($"{Path}/runs/{id}");
                return run["status"]!.GetValue<string>() is not ("queued" or "running");
            },
            timeout ?? TimeSpan.FromSeconds(60),
            () => $"Still not over: {run}",
            Cancelled);
        return run;
    }
}
