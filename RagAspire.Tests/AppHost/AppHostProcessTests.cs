using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using RagAspire.AppHost;
using RagAspire.Embedded;
using RagAspire.Tests.Monitoring;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.AppHost;

[UnsupportedOSPlatform("windows")]
public sealed class AppHostProcessTests : IDisposable
{
    private readonly TestDirectory _data = TestDirectory.Create("apphost");

    public AppHostProcessTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Signals and /proc are looked at.");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task One_command_leads_to_ready_and_Control_C_leaves_no_process_but_all_data()
    {
        string key;
        await using (var first = await AppHostProcess.StartReadyAsync(_data.Path))
        {
            key = (await File.ReadAllTextAsync(Path.Combine(_data.Path, "api-key"), Cancellation)).Trim();
            Assert.Contains(key, first.Output);
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_data.Path, "api-key")));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(first.ApiPort, "/ready"));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(first.WorkerPort, "/ready"));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(first.ApiPort, "/api/v1/documents", key));

            first.PressControlC();

            Assert.Equal(0, await first.ExitAsync());
            Assert.False(first.AnyLeft());
            Assert.DoesNotContain("is killed", first.Output);
        }

        await using var second = await AppHostProcess.StartReadyAsync(_data.Path);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(second.ApiPort, "/api/v1/documents", key));
    }

    [Fact]
    public async Task A_killed_AppHost_takes_all_with_it()
    {
        await using var host = await AppHostProcess.StartReadyAsync(_data.Path);
        Assert.Equal(["api", "worker"], host.Children().Keys.Order());

        await host.KillAsync();

        await Eventually.TrueAsync(
            () => Task.FromResult(!host.AnyLeft()), TimeSpan.FromSeconds(30), () => "Something is left.", Cancellation);
    }

    [Fact]
    public async Task What_a_killed_AppHost_left_is_ended_by_the_next_start()
    {
        await using var killed = await AppHostProcess.StartReadyAsync(_data.Path);
        var (children, postgres) = (killed.Children(), killed.Postgres!);
        killed.KillGuard();
        await killed.KillAsync();
        Assert.True(postgres.IsRunning(TimeSpan.FromSeconds(30), "postgres"));

        await using var next = await AppHostProcess.StartReadyAsync(_data.Path);

        Assert.All(children.Values, child => Assert.False(child.IsRunning(TimeSpan.FromSeconds(30))));
        Assert.False(postgres.IsRunning(TimeSpan.FromSeconds(30), "postgres"));
    }

    [Fact]
    public async Task Who_crashes_starts_again_and_a_second_run_on_the_same_data_is_refused()
    {
        await using var host = await AppHostProcess.StartReadyAsync(_data.Path);

        await using (var second = AppHostProcess.Start(_data.Path))
        {
            Assert.Equal(1, await second.ExitAsync());
            Assert.Contains("in use by another process", second.Output);
        }

        await KillAndWaitAsync(host.Children()["worker"].ProcessId);
        await host.SaysAsync("ended with exit code 137");
        await BecomesReadyAsync(host.WorkerPort);

        await KillAndWaitAsync(host.Postgres!.ProcessId);
        await BecomesReadyAsync(host.ApiPort);
        await host.SaysAsync("It starts again.");

        host.Terminate();
        Assert.Equal(0, await host.ExitAsync());
        Assert.False(host.AnyLeft());
    }

    [Fact]
    public async Task Prometheus_and_all_that_belongs_to_it_run_where_they_are_installed()
    {
        Assert.SkipWhen(Programs.OnPath("prometheus") is null, "Prometheus is not installed (Debian: apt install prometheus).");
        var (prometheus, alertmanager) = (FreePort.Next(), FreePort.Next());
        await using var host = await AppHostProcess.StartReadyAsync(
            _data.Path, "--monitoring", "true", "--prometheus-port", $"{prometheus}", "--alertmanager-port", $"{alertmanager}");

        Assert.Contains($"http://localhost:{prometheus}", host.Output);
        var installed = new[] { "prometheus-alertmanager", "prometheus-node-exporter", "prometheus-postgres-exporter", "prometheus-redis-exporter" }
            .Count(name => Programs.OnPath(name) is not null);
        using var asked = new PrometheusClient(new Uri($"http://127.0.0.1:{prometheus}"));
        await Eventually.TrueAsync(
            async () => (await asked.QueryAsync("up == 1")).Count == installed + 3,
            TimeSpan.FromSeconds(60), () => $"Not all is scraped:\n{host.Output}", Cancellation);

        host.PressControlC();
        Assert.Equal(0, await host.ExitAsync());
        Assert.False(host.AnyLeft());
    }

    [Theory]
    [InlineData("--api-port", "the API")]
    [InlineData("--worker-port", "the worker")]
    [InlineData("--postgres-port", "PostgreSQL")]
    public async Task A_busy_port_is_named_with_the_way_to_set_another(string argument, string purpose)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        await using var host = AppHostProcess.Start(_data.Path, argument, $"{port}");

        Assert.Equal(1, await host.ExitAsync());
        Assert.Contains($"Port {port}, meant for {purpose}, is in use", host.Output);
        Assert.Contains(argument, host.Output);
        Assert.False(host.AnyLeft());
    }

    [Fact]
    public async Task Control_C_during_the_start_leaves_no_process_either()
    {
        await using var host = AppHostProcess.Start(_data.Path);
        await host.SaysAsync("Distributed application starting");

        host.PressControlC();

        Assert.Equal(0, await host.ExitAsync());
        Assert.False(host.AnyLeft());
    }

    private static async Task KillAndWaitAsync(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
        await process.WaitForExitAsync(Cancellation);
    }

    private static Task BecomesReadyAsync(int port) => Eventually.TrueAsync(
        async () => await StatusAsync(port, "/ready") == HttpStatusCode.OK,
        TimeSpan.FromSeconds(60),
        () => $"Port {port} is not ready.",
        Cancellation);

    private static async Task<HttpStatusCode> StatusAsync(int port, string path, string? key = null)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Add("X-Api-Key", key);
        }

        using var answer = await client.GetAsync(path, Cancellation);
        return answer.StatusCode;
    }
}
