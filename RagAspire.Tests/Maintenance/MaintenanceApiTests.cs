using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Maintenance;

/// <summary>The API of maintenance, over the real processes.</summary>
[Collection(Processes.Systems)]
public sealed class MaintenanceApiTests(Stores stores, SharedSystem shared)
{
    private const string Path = "/api/v1/operations/maintenance";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_task_is_listed_with_its_schedule_and_next_run()
    {
        var system = await shared.SystemAsync(stores);
        var items = (await system.Client.GetAsync(Path))["items"]!.AsArray();

        var check = Assert.Single(items, item => item!["task"]!.GetValue<string>() == "health-check")!;
        Assert.Equal("*/5 * * * *", check["schedule"]!["cron"]!.GetValue<string>());
        Assert.NotNull(check["nextRun"]);
        Assert.All(items, item => Assert.NotEmpty(item!["summary"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_requested_task_runs_and_leaves_a_report_audit_entries_and_metrics()
    {
        var system = await shared.SystemAsync(stores);
        using var response = await system.Client.Http.PostAsync($"{Path}/health-check", null, Cancelled);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var run = await RagClient.JsonAsync(response);
        Assert.Equal($"{Path}/runs/{run["id"]}", response.Headers.Location!.ToString());

        var over = await RunClient.EndAsync(system.Client, run["id"]!.GetValue<Guid>());
        Assert.Equal("succeeded", over["status"]!.GetValue<string>());
        Assert.Equal(100, over["progress"]!.GetValue<int>());
        Assert.Equal(4, over["report"]!["examined"]!.GetValue<int>());
        Assert.NotNull(over["startedAt"]);
        Assert.NotNull(over["finishedAt"]);

        var audit = await system.Client.GetAsync("/api/v1/operations/audit?limit=500");
        var entries = audit["items"]!.AsArray()
            .Where(entry => entry!["subject"]!.GetValue<string>() == run["id"]!.GetValue<string>());
        Assert.Equal(["maintenance.run", "maintenance.request"], entries.Select(entry => entry!["action"]!.GetValue<string>()));

        var metrics = await new HttpClient { BaseAddress = system.Worker.Address }.GetStringAsync("/metrics", Cancelled);
        Assert.Contains("rag_job_duration_seconds_count{", metrics);
        Assert.Contains("task=\"health-check\",outcome=\"succeeded\"",
            metrics.Replace("outcome=\"succeeded\",task=\"health-check\"", "task=\"health-check\",outcome=\"succeeded\""));
    }

    [Fact]
    public async Task Runs_are_listed_page_by_page_newest_first()
    {
        var system = await shared.SystemAsync(stores);
        for (var i = 0; i < 3; i++)
        {
            await RunClient.RunAsync(system.Client, "health-check", dryRun: true);
        }

        var first = await system.Client.GetAsync($"{Path}/runs?task=health-check&status=succeeded&limit=2");
        var second = await system.Client.GetAsync(
            $"{Path}/runs?task=health-check&status=succeeded&limit=2&after={first["next"]}");
        string[] ids = [.. Ids(first), .. Ids(second)];
        Assert.Equal(2, Ids(first).Count());
        Assert.Equal(ids.OrderDescending(StringComparer.Ordinal).Distinct(), ids);
    }

    [Theory]
    [InlineData("POST", "/no-such-task", HttpStatusCode.NotFound)]
    [InlineData("GET", "/runs/0199f7b4-5a5a-7000-8000-000000000000", HttpStatusCode.NotFound)]
    [InlineData("GET", "/runs/0199f7b4-5a5a-7000-8000-000000000000/events", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/runs/0199f7b4-5a5a-7000-8000-000000000000", HttpStatusCode.NotFound)]
    [InlineData("GET", "/runs?limit=0", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/runs?status=odd", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/runs?after=odd", HttpStatusCode.BadRequest)]
    public async Task Invalid_requests_are_answered_with_problem_details(string method, string path, HttpStatusCode expected)
    {
        var system = await shared.SystemAsync(stores);
        using var request = new HttpRequestMessage(new HttpMethod(method), Path + path);
        using var response = await system.Client.Http.SendAsync(request, Cancelled);
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_key_without_the_scope_operations_sees_nothing()
    {
        var system = await shared.SystemAsync(stores);
        var made = await system.Client.PostAsync(
            "/api/v1/operations/api-keys", new { name = "reader", scopes = new[] { "read" } });
        using var reader = new RagClient(system.Api.Address, made["secret"]!.GetValue<string>());
        using var response = await reader.Http.GetAsync(Path, Cancelled);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task A_queued_run_is_shown_blocks_a_second_one_and_can_be_cancelled()
    {
        await using var system = await RagSystem.StartAsync(stores);
        await system.Worker.KillAsync();
        var run = await system.Client.PostAsync($"{Path}/health-check", new { dryRun = true });
        Assert.Equal("queued", run["status"]!.GetValue<string>());
        Assert.True(run["dryRun"]!.GetValue<bool>());
        await AssertQueuesAsync(system);

        using var again = await system.Client.Http.PostAsJsonAsync($"{Path}/health-check", new { }, Cancelled);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);

        using var cancelled = await system.Client.Http.DeleteAsync($"{Path}/runs/{run["id"]}", Cancelled);
        Assert.Equal(HttpStatusCode.OK, cancelled.StatusCode);
        Assert.Equal("cancelled", (await RagClient.JsonAsync(cancelled))["status"]!.GetValue<string>());
        using var twice = await system.Client.Http.DeleteAsync($"{Path}/runs/{run["id"]}", Cancelled);
        Assert.Equal(HttpStatusCode.Conflict, twice.StatusCode);

        var events = await system.Client.Http.GetStringAsync($"{Path}/runs/{run["id"]}/events", Cancelled);
        Assert.Contains("event: done", events);
    }

    /// <summary>Documents without a worker, one of which has failed and one of which was left by a worker that is gone.</summary>
    private static async Task AssertQueuesAsync(RagSystem system)
    {
        foreach (var status in new[] { "pending", "pending", "processing", "failed" })
        {
            var id = await system.Client.UploadAsync($"{Guid.NewGuid()}.txt", Encoding.UTF8.GetBytes($"{Guid.NewGuid()}"));
            await using var dataSource = NpgsqlDataSource.Create(system.Database);
            await using var command = dataSource.CreateCommand("update documents set status = $1 where id = $2");
            command.Parameters.Add(new NpgsqlParameter { Value = status });
            command.Parameters.Add(new NpgsqlParameter { Value = id });
            await command.ExecuteNonQueryAsync(Cancelled);
        }

        var queues = await system.Client.GetAsync("/api/v1/operations/queues");
        Assert.Equal((2, 1, 1), (Number("pending"), Number("processing"), Number("failed")));
        Assert.InRange(queues["oldestSeconds"]!.GetValue<double>(), 0.001, 600);
        Assert.Equal((await QueuedAsync(), 0), (Number("queuedRuns"), Number("runningRuns")));

        int Number(string name) => queues[name]!.GetValue<int>();
        async Task<int> QueuedAsync() => (await system.Client.GetAsync($"{Path}/runs?status=queued"))["items"]!.AsArray().Count;
    }

    private static IEnumerable<string> Ids(JsonNode page) => page["items"]!.AsArray()
        .Select(run => run!["id"]!.GetValue<string>());
}
