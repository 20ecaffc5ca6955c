using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using RagAspire.AppHost;
using RagAspire.AppHost.Lifecycle;
using RagAspire.Embedded;
using RagAspire.Tests.Monitoring;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.AppHost;

/// <summary>The AppHost as the user starts and ends it. The time limits leave room for a busy machine.</summary>
[Collection(Processes.AppHosts)]
[UnsupportedOSPlatform("windows")]
public sealed class AppHostProcessTests : IDisposable
{
    private readonly TestDirectory _data = TestDirectory.Create("apphost");

    public AppHostProcessTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Signals and /proc are used.");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task One_command_leads_to_ready_and_Control_C_leaves_no_process_but_all_data()
    {
        string key;
        await using (var first = AppHostProcess.StartInBackground(_data.Path))
        {
            await first.ReadyAsync();
            key = (await File.ReadAllTextAsync(Path.Combine(_data.Path, "api-key"), Cancellation)).Trim();
            Assert.Contains(key, first.Output);
            Assert.Contains(
                "RagAspire starts in embedded mode, because --mode or RAGASPIRE_MODE says so: postgres, cache, worker, api. "
                + $"The data is in {_data.Path}.",
                first.Output[..first.Output.IndexOf("Distributed application starting", StringComparison.Ordinal)]);
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_data.Path, "api-key")));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(first.ApiPort, "/ready"));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(first.WorkerPort, "/ready"));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(first.ApiPort, "/api/v1/documents", key));

            await StopsAsync(first, "Ctrl-C of a background job", first.PressControlC);
        }

        await using var second = await AppHostProcess.Start(_data.Path).ReadyAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(second.ApiPort, "/api/v1/documents", key));
        await StopsAsync(second, "Ctrl-C", second.PressControlC);
    }

    [Fact]
    public async Task Control_C_during_the_start_leaves_no_process_either()
    {
        await using var host = AppHostProcess.Start(_data.Path);
        await host.PrintsAsync("Distributed application starting");

        await StopsAsync(host, "Ctrl-C during the start", host.PressControlC);
    }

    [Fact]
    public async Task A_killed_AppHost_takes_all_with_it()
    {
        await using var host = await AppHostProcess.Start(_data.Path).ReadyAsync();
        var waited = Stopwatch.StartNew();

        await host.KillAsync();

        Report("kill -9", await host.NothingLeftAsync(waited), limit: 30);
    }

    [Fact]
    public async Task The_end_of_dotnet_run_ends_the_AppHost()
    {
        await using var host = await AppHostProcess.StartByDotNetRun(_data.Path).ReadyAsync();
        var waited = Stopwatch.StartNew();

        await host.KillAsync();

        Report("kill -9 of dotnet run", await host.NothingLeftAsync(waited), limit: 30);
    }

    [Fact]
    public async Task The_next_start_ends_what_is_left_when_everything_that_could_was_killed()
    {
        await using var killed = await AppHostProcess.Start(_data.Path).ReadyAsync();
        var guards = killed.Processes().Where(process => process.Id == killed.ProcessId
            || process.Arguments.Contains(ProcessGuard.Verb)
            || process.Arguments[0].EndsWith("/dcp", StringComparison.Ordinal)).ToList();
        Assert.True(guards.Count > 3, string.Join('\n', killed.Processes()));
        guards.ForEach(process => CLibrary.Signal(process.Id, CLibrary.Kill));
        await killed.ExitAsync();
        // Nothing is left that ends PostgreSQL. The services may have noticed already that their parent is gone.
        var left = killed.Processes();
        Assert.Contains(left, process => process.Arguments[0].Contains("postgres", StringComparison.Ordinal));

        // The services that are left hold the ports.
        await using var next = await AppHostProcess.Start(
            _data.Path, "--api-port", $"{killed.ApiPort}", "--worker-port", $"{killed.WorkerPort}").ReadyAsync();

        Assert.Empty(left.Select(process => process.Id).Intersect(next.Processes().Select(process => process.Id)));
        await StopsAsync(next, "SIGTERM", next.Terminate);
    }

    [Fact]
    public async Task A_second_AppHost_on_the_same_data_is_refused_and_a_dead_orchestrator_ends_the_first()
    {
        await using var host = await AppHostProcess.Start(_data.Path).ReadyAsync();
        await using (var second = AppHostProcess.Start(_data.Path))
        {
            Assert.Equal(1, await second.ExitAsync());
            Assert.Equal(
                $"{_data.Path} is in use by another process (apphost.lock is locked): stop that process first, "
                + "or set RAGASPIRE_DATA to another directory.",
                second.Output);
        }

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host.ApiPort, "/ready"));
        var controllers = host.Processes().Single(process => process.Arguments.Contains("run-controllers"));
        var waited = Stopwatch.StartNew();
        CLibrary.Signal(controllers.Id, CLibrary.Kill);

        Assert.Equal(1, await host.ExitAsync());
        Report("kill -9 of the orchestrator", await host.NothingLeftAsync(waited), limit: 30);
        Assert.Contains("The orchestrator (dcp) has died", host.Output);
        Assert.DoesNotContain("   at ", host.Output);
    }

    [Theory]
    [InlineData("-5", "The setting Limits:Burst (Limits__Burst) is invalid: The field Burst must be between 1 and 100000.")]
    [InlineData("many", "Failed to convert configuration value 'many' at 'Limits:Burst' to type 'System.Int32'.")]
    public async Task An_error_in_the_configuration_of_a_service_ends_the_AppHost_with_one_sentence(string burst, string reason)
    {
        await using var host = AppHostProcess.Start(_data.Path, new Dictionary<string, string> { ["Limits__Burst"] = burst });

        Assert.Equal(1, await host.ExitAsync());
        await host.NothingLeftAsync(Stopwatch.StartNew());
        Assert.Contains($"The configuration of api is wrong: {reason}", host.Output);
        Assert.DoesNotContain("   at ", host.Output);
        Assert.DoesNotContain("starts again", host.Output);
    }

    [Fact]
    public async Task A_database_that_can_never_start_here_ends_the_AppHost_with_the_reason()
    {
        Directory.CreateDirectory(Path.Combine(_data.Path, "postgres"));
        await File.WriteAllTextAsync(Path.Combine(_data.Path, "postgres", "PG_VERSION"), "9\n", Cancellation);

        await using var host = AppHostProcess.Start(_data.Path);

        Assert.Equal(1, await host.ExitAsync());
        await host.NothingLeftAsync(Stopwatch.StartNew());
        Assert.Contains("made by PostgreSQL 9", host.Output);
        Assert.DoesNotContain("   at ", host.Output);
    }

    [Fact]
    public async Task An_unknown_argument_is_refused_with_the_usage()
    {
        await using var host = AppHostProcess.Start(_data.Path, "--api-prot", "1");

        Assert.Equal(1, await host.ExitAsync());
        Assert.StartsWith("Unknown argument --api-prot.", host.Output, StringComparison.Ordinal);
        Assert.Contains("Usage: dotnet run", host.Output);
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
        Assert.Empty(host.Processes());
    }

    [Fact]
    public async Task Prometheus_and_its_companions_run_where_they_are_installed()
    {
        Assert.SkipWhen(Programs.OnPath("prometheus") is null, "Prometheus is not installed (Debian: apt install prometheus).");
        var (prometheus, alertmanager, web) = (FreePort.Next(), FreePort.Next(), FreePort.Next());
        await using var host = await AppHostProcess.Start(
            _data.Path, "--monitoring", "true", "--web", "true", "--web-port", $"{web}",
            "--prometheus-port", $"{prometheus}", "--alertmanager-port", $"{alertmanager}").ReadyAsync();

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(web, "/ready"));
        await Eventually.TrueAsync(
            () => Task.FromResult(host.Output.Contains($"http://localhost:{prometheus}", StringComparison.Ordinal)),
            TimeSpan.FromSeconds(10), () => host.Output, Cancellation);
        var installed = new[] { "alertmanager", "node-exporter", "postgres-exporter", "redis-exporter" }
            .Count(name => Programs.OnPath($"prometheus-{name}") is not null);
        using var client = new PrometheusClient(new Uri($"http://127.0.0.1:{prometheus}"));
        await Eventually.TrueAsync(
            async () => (await client.QueryAsync("up == 1")).Count == installed + 4,
            TimeSpan.FromSeconds(60), () => $"A target is not scraped:\n{host.Output}", Cancellation);

        await StopsAsync(host, "Ctrl-C with monitoring", host.PressControlC);
    }

    /// <summary>A stop ends with exit code 0 and leaves nothing.</summary>
    private static async Task StopsAsync(AppHostProcess host, string what, Action stop)
    {
        var waited = Stopwatch.StartNew();
        stop();
        Assert.True(await host.ExitAsync() == 0, host.Output);
        Report(what, await host.NothingLeftAsync(waited), limit: 20);
    }

    private static void Report(string what, double seconds, double limit)
    {
        TestContext.Current.SendDiagnosticMessage("{0}: nothing is left after {1:0.0} s", what, seconds);
        Assert.InRange(seconds, 0, limit);
    }

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
