using System.Globalization;
using System.Text;
using RagAspire.AppHost.Monitoring;
using RagAspire.Embedded;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Monitoring;

/// <summary>A real Prometheus that scrapes nothing and holds a given history.</summary>
internal sealed class PrometheusWithHistory : IAsyncDisposable
{
    private readonly TestDirectory _directory;
    private readonly BackgroundProgram _program;

    private PrometheusWithHistory(TestDirectory directory, BackgroundProgram program, string address) =>
        (_directory, _program, Address) = (directory, program, address);

    public string Address { get; }

    /// <param name="series">The name with its labels, as <c>name{label="value"}</c>, and the values at their times.</param>
    /// <param name="flags">In place of two years of history.</param>
    public static async Task<PrometheusWithHistory> StartAsync(
        IReadOnlyDictionary<string, IEnumerable<(DateTimeOffset At, double Value)>> series, IReadOnlyList<string>? flags = null)
    {
        Assert.SkipWhen(
            PrometheusTool.Find("prometheus") is null || PrometheusTool.Find("promtool") is null,
            "Prometheus is not installed (Debian: apt install prometheus).");
        var directory = TestDirectory.Create("history");
        try
        {
            var data = Path.Combine(directory.Path, "data");
            if (series.Count > 0)
            {
                var file = Path.Combine(directory.Path, "history.om");
                await File.WriteAllTextAsync(file, OpenMetrics(series), TestContext.Current.CancellationToken);
                await PrometheusTool.RunAsync("promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", file, data);
            }

            var configuration = Path.Combine(directory.Path, "prometheus.yml");
            await File.WriteAllTextAsync(configuration, "global: {}\n", TestContext.Current.CancellationToken);
            var port = FreePort.Next();
            var program = await MonitoringPrograms.StartAsync(
                new MonitoringProgram(
                    "prometheus",
                    PrometheusTool.Find("prometheus")!,
                    [
                        $"--config.file={configuration}", $"--storage.tsdb.path={data}", $"--web.listen-address=127.0.0.1:{port}",
                        .. flags ?? ["--storage.tsdb.retention.time=2y"],
                    ],
                    port,
                    "/-/ready"),
                new Dictionary<string, string>());
            return new PrometheusWithHistory(directory, program, $"http://127.0.0.1:{port}");
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _directory.Dispose();
    }

    private static string OpenMetrics(IReadOnlyDictionary<string, IEnumerable<(DateTimeOffset At, double Value)>> series)
    {
        // The format wants all series of one name together.
        var text = new StringBuilder();
        foreach (var (name, points) in series.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            foreach (var (at, value) in points)
            {
                text.Append(CultureInfo.InvariantCulture, $"{name} {value:R} {at.ToUnixTimeMilliseconds() / 1000.0}\n");
            }
        }

        return text.Append("# EOF\n").ToString();
    }
}
