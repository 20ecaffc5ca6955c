using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RagAspire.AppHost.Monitoring;
using RagAspire.Embedded;
using RagAspire.Monitoring;
using RagAspire.Tests.Deployment;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Monitoring;

public sealed class PrometheusApiTests
{
    private static readonly DateTimeOffset Start = new(TimeProvider.System.GetUtcNow().AddDays(-3).Date, TimeSpan.Zero);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Samples_and_series_of_a_real_Prometheus_are_read_with_their_labels_and_gaps()
    {
        var samples = Enumerable.Range(0, 24 * 12)
            .Where(minute => minute is < 120 or >= 180)
            .Select(minute => (Start.AddMinutes(5 * minute), minute * 1.0));
        await using var prometheus = await PrometheusWithHistory.StartAsync(
            new Dictionary<string, IEnumerable<(DateTimeOffset, double)>> { ["used_bytes{mountpoint=\"/data\"}"] = samples });
        var api = Api(prometheus.Address);

        var series = Assert.Single(await api.RangeAsync("used_bytes", Start, Start.AddHours(23), TimeSpan.FromHours(1), Cancelled));
        Assert.Equal("/data", series["mountpoint"]);
        Assert.Equal("", series["device"]);
        Assert.Equal(new PrometheusPoint(Start.AddHours(1), 12), series.Points[1]);
        Assert.DoesNotContain(series.Points, point => point.At == Start.AddHours(12));

        var sample = Assert.Single(await api.QueryAsync("max_over_time(used_bytes[1h])", Cancelled, Start.AddHours(2)));
        Assert.Equal(("/data", 24), (sample["mountpoint"], sample.Value));
        Assert.Equal(2, Assert.Single(await api.QueryAsync("1 + 1", Cancelled)).Value);
        Assert.Equal(double.PositiveInfinity, Assert.Single(await api.QueryAsync("vector(1) / 0", Cancelled)).Value);
        Assert.Empty(await api.QueryAsync("nothing_here", Cancelled));

        var refused = await Assert.ThrowsAsync<PrometheusException>(() => api.QueryAsync("sum(", Cancelled));
        Assert.Contains("refused \"sum(\"", refused.Message);
    }

    /// <summary>With it series can be deleted, and there is no access control.</summary>
    [Theory]
    [InlineData(null, false)]
    [InlineData("false", false)]
    [InlineData("true", true)]
    public async Task The_shipped_flags_turn_the_administration_on_only_where_that_is_asked_for(string? setting, bool isOn)
    {
        var flags = MonitoringFolder.Flags(
            BuildOutput.RepositoryRoot, name => name == "PROMETHEUS_ADMIN" ? setting : null);
        await using var prometheus = await PrometheusWithHistory.StartAsync(
            new Dictionary<string, IEnumerable<(DateTimeOffset, double)>>(), flags);
        using var client = new HttpClient();

        using var response = await client.PostAsync($"{prometheus.Address}/api/v1/admin/tsdb/clean_tombstones", null, Cancelled);

        var said = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.Equal(isOn, response.IsSuccessStatusCode);
        Assert.Equal(!isOn, said.Contains("admin APIs disabled", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("false", false)]
    [InlineData("true", true)]
    public async Task Compose_passes_that_on(string setting, bool isOn)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script runs in a container.");
        var service = DeploymentFiles.Compose["services"]!["prometheus"]!;
        Assert.Equal("${PROMETHEUS_ADMIN:-false}", service.At("environment.PROMETHEUS_ADMIN"));
        Assert.Equal(["/bin/sh", "/start.sh"], service["entrypoint"]!.AsArray().Select(word => $"{word}"));
        Assert.Contains("./monitoring/start-prometheus.sh:/start.sh:ro", service["volumes"]!.AsArray().Select(volume => $"{volume}"));

        using var directory = TestDirectory.Create("prometheus");
        var program = Path.Combine(directory.Path, "prometheus");
        await File.WriteAllTextAsync(program, "#!/bin/sh\necho \"$@\"\n", Cancelled);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        await using var start = BackgroundProgram.Start(
            "/bin/sh",
            [Path.Combine(DeploymentFiles.Root, "compose", "monitoring", "start-prometheus.sh"), "--web.enable-lifecycle"],
            [KeyValuePair.Create("PATH", $"{directory.Path}:/usr/bin:/bin"), KeyValuePair.Create("PROMETHEUS_ADMIN", setting)]);
        await start.WaitForExitAsync(Cancelled);

        Assert.Equal($"--web.enable-lifecycle{(isOn ? " --web.enable-admin-api" : "")}", start.Output);
    }

    [Fact]
    public async Task Without_an_address_nothing_is_asked()
    {
        var api = Api("");
        Assert.False(api.IsConfigured);
        var fault = await Assert.ThrowsAsync<PrometheusException>(() => api.QueryAsync("up", Cancelled));
        Assert.Equal("No Prometheus is configured (Prometheus:Url).", fault.Message);
    }

    [Fact]
    public async Task An_absent_server_is_named()
    {
        var address = $"http://127.0.0.1:{FreePort.Next()}";
        var fault = await Assert.ThrowsAsync<PrometheusException>(() => Api(address).QueryAsync("up", Cancelled));
        Assert.Contains(address, fault.Message);
    }

    [Fact]
    public async Task A_server_that_hangs_is_given_up_after_the_limit()
    {
        using var server = new HttpListener();
        var address = $"http://127.0.0.1:{FreePort.Next()}/";
        server.Prefixes.Add(address);
        server.Start();
        var fault = await Assert.ThrowsAsync<PrometheusException>(
            () => Api(address, TimeSpan.FromMilliseconds(300)).QueryAsync("up", Cancelled));
        Assert.Contains("did not answer within 0.3 s", fault.Message);
    }

    [Fact]
    public async Task A_cancelled_query_is_cancelled_and_not_a_fault_of_Prometheus()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Api("http://127.0.0.1:9").QueryAsync("up", cancelled.Token));
    }

    private static PrometheusApi Api(string address, TimeSpan? limit = null)
    {
        var services = new ServiceCollection().AddHttpClient().BuildServiceProvider();
        return new PrometheusApi(
            services.GetRequiredService<IHttpClientFactory>(),
            Options.Create(new PrometheusOptions { Url = address, Timeout = limit ?? TimeSpan.FromSeconds(10) }),
            TimeProvider.System);
    }
}
