using System.Net;
using System.Text.Json.Nodes;
using RagAspire.Embedded;
using RagAspire.Maintenance.Runs;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Maintenance;

public sealed class GrafanaAnnotationTests(Stores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_is_annotated_in_Grafana_from_its_start_to_its_end()
    {
        using var grafana = new HttpListener();
        var address = $"http://127.0.0.1:{FreePort.Next()}/";
        grafana.Prefixes.Add(address);
        grafana.Start();
        var asked = ReceiveAsync(grafana);
        await using var host = await HostAsync(address);
        var run = await host.RunAsync("health-check");

        var (path, authorization, body) = await asked.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        Assert.Equal(("/api/annotations", "Bearer secret"), (path, authorization));
        Assert.Equal(
            ["maintenance", "health-check", "succeeded"], body["tags"]!.AsArray().Select(tag => tag!.GetValue<string>()));
        Assert.Equal(run.StartedAt!.Value.ToUnixTimeMilliseconds(), body["time"]!.GetValue<long>());
        Assert.Equal(run.FinishedAt!.Value.ToUnixTimeMilliseconds(), body["timeEnd"]!.GetValue<long>());
        Assert.Contains("1 examined, 1 changed, 0 failed", body["text"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_run_succeeds_without_Grafana()
    {
        await using var host = await HostAsync($"http://127.0.0.1:{FreePort.Next()}");
        Assert.Equal(RunStatus.Succeeded, (await host.RunAsync("health-check")).Status);
    }

    private async Task<MaintenanceHost> HostAsync(string address) => await MaintenanceHost.CreateAsync(
        await stores.CreateMigratedAsync(), stores.Redis,
        new Dictionary<string, string?> { ["Grafana:Url"] = address, ["Grafana:Token"] = "secret" },
        MaintenanceHost.With(new TaskStub((_, _) => Task.FromResult(TaskStub.Done))));

    private static async Task<(string Path, string? Authorization, JsonNode Body)> ReceiveAsync(HttpListener server)
    {
        var context = await server.GetContextAsync();
        using var reader = new StreamReader(context.Request.InputStream);
        var body = JsonNode.Parse(await reader.ReadToEndAsync(Cancelled))!;
        context.Response.StatusCode = 200;
        context.Response.Close();
        return (context.Request.Url!.AbsolutePath, context.Request.Headers["Authorization"], body);
    }
}
