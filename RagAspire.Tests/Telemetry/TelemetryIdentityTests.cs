using System.Text;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Telemetry;

/// <summary>The dashboard finds telemetry by the resource that it started, and Prometheus by names that never change.</summary>
[Collection(Processes.Systems)]
public sealed class TelemetryIdentityTests(Stores stores)
{
    [Fact]
    public async Task The_dashboard_gets_the_name_and_instance_of_the_environment_and_Prometheus_the_own_ones()
    {
        await using var dashboard = await OtlpCollector.StartAsync();
        await using var prometheus = await OtlpCollector.StartAsync();
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["OTEL_SERVICE_NAME"] = "resource",
                ["OTEL_RESOURCE_ATTRIBUTES"] = "service.instance.id=abcdwxyz",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = dashboard.Address,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
                ["Metrics__Otlp"] = $"{prometheus.Address}/v1/metrics",
            },
        });

        await system.Client.UploadAndWaitAsync("fox.txt", Encoding.UTF8.GetBytes("The quick brown fox jumps over the lazy dog."));
        await Eventually.TrueAsync(
            () => Task.FromResult(
                Names(dashboard).Contains("rag.ingestion.documents") && Names(prometheus).Contains("rag.ingestion.documents")
                && Names(prometheus).Contains("rag.uploads") && !dashboard.Spans.IsEmpty),
            TimeSpan.FromSeconds(60),
            () => $"Not all telemetry has arrived: {string.Join(", ", Names(dashboard))}; {string.Join(", ", Names(prometheus))}",
            TestContext.Current.CancellationToken);

        Assert.Equal(
            ["resource abcdwxyz"], dashboard.Metrics.Keys.Select(metric => $"{metric.Service} {metric.Instance}").Distinct());
        Assert.Equal(["resource"], dashboard.Spans.Select(span => span.Service).Distinct());
        Assert.Equal(
            ["ragaspire-api api", "ragaspire-worker worker"],
            prometheus.Metrics.Keys.Select(metric => $"{metric.Service} {metric.Instance}").Distinct().Order());
        Assert.Equal(Names(prometheus), Names(dashboard));
    }

    private static SortedSet<string> Names(OtlpCollector collector) => [.. collector.Metrics.Keys.Select(metric => metric.Name)];
}
