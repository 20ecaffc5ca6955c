using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// Metrics of every service: scraped at <c>/metrics</c>, pushed with all else to <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, and
/// pushed alone to <c>Metrics:Otlp</c>, the whole address of a receiver such as Prometheus' own. Under the same names each
/// way; <c>docs/metrics.md</c> lists them.
/// </summary>
internal static class MetricsExtensions
{
    /// <summary>The meter and the traces of Microsoft.Extensions.AI, which follow the conventions for generative models.</summary>
    public const string Models = "Experimental.Microsoft.Extensions.AI";

    private const int PushMilliseconds = 10_000;

    // LLM calls and whole requests that wait for one go on for minutes; the platform's buckets end at ten seconds.
    private static readonly double[] RequestSeconds =
        [.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2, 2.5, 5, 7.5, 10, 30, 60, 120];

    private static readonly double[] ModelSeconds = [.05, .1, .25, .5, 1, 2, 4, 8, 15, 30, 60, 120];

    // Of the platform's instruments those that no rule, board or key figure asks for: each costs something at every request.
    private static readonly string[] Unasked =
        ["aspnetcore.", "kestrel.connection.", "kestrel.queued_", "kestrel.tls_", "kestrel.upgraded_", "http.client.active_", "http.client.connection.",
         "http.client.open_", "http.client.request.time_in_queue", "db.client.operation.npgsql.", "db.client.connection.npgsql.create_time"];

    /// <summary><c>Metrics:Enabled</c> false measures nothing, which is for finding out what measuring costs.</summary>
    public static bool AreOn(IConfiguration configuration) => configuration.GetValue("Metrics:Enabled", defaultValue: true);

    public static void AddMetrics(this IHostApplicationBuilder builder, IOpenTelemetryBuilder telemetry, ServiceIdentity identity)
    {
        if (!AreOn(builder.Configuration))
        {
            return;
        }

        builder.Services.AddSingleton<ProcessGauges>().ActivateSingleton<ProcessGauges>();
        telemetry.WithMetrics(metrics =>
        {
            // An orchestrator gives each start a new instance id, which would begin every series anew.
            metrics
                .ConfigureResource(resource => resource.AddService(
                    identity.Name, serviceVersion: ServiceIdentity.Version, serviceInstanceId: identity.Instance))
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("RagAspire.*", Models)
                .AddView(instrument => Unasked.Any(name => instrument.Name.StartsWith(name, StringComparison.Ordinal))
                    ? MetricStreamConfiguration.Drop
                    : null)
                .AddView("http.server.request.duration", new ExplicitBucketHistogramConfiguration { Boundaries = RequestSeconds })
                .AddView("http.client.request.duration", new ExplicitBucketHistogramConfiguration { Boundaries = RequestSeconds })
                .AddView("gen_ai.client.operation.duration", new ExplicitBucketHistogramConfiguration { Boundaries = ModelSeconds })
                .SetExemplarFilter(ExemplarFilterType.TraceBased)
                .AddPrometheusExporter();
            if (builder.Configuration["Metrics:Otlp"] is { Length: > 0 } receiver)
            {
                metrics.AddReader(new PeriodicExportingMetricReader(
                    new OtlpMetricExporter(new OtlpExporterOptions { Endpoint = new Uri(receiver), Protocol = OtlpExportProtocol.HttpProtobuf }),
                    PushMilliseconds));
            }
        });
    }
}
