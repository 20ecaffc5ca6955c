using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// Metrics of every service: scraped at <c>/metrics</c>, pushed with traces and logs to
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, and pushed alone to <c>Metrics:Otlp</c>, the whole address of a receiver such as
/// the one of Prometheus. The names are the same each way; <c>docs/metrics.md</c> lists them.
/// </summary>
internal static class MetricsExtensions
{
    /// <summary>Meter and activity source of Microsoft.Extensions.AI, by the conventions for generative models.</summary>
    public const string Models = "Experimental.Microsoft.Extensions.AI";

    private const int PushMilliseconds = 10_000;

    // A call of a model, and a request that waits for it, can take minutes; the platform's buckets end at 10 s.
    private static readonly double[] RequestSeconds =
        [.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2, 2.5, 5, 7.5, 10, 30, 60, 120];

    private static readonly double[] ModelSeconds = [.05, .1, .25, .5, 1, 2, 4, 8, 15, 30, 60, 120];

    // Instruments of the platform that no rule, dashboard or KPI uses. Each costs time at every request.
    private static readonly string[] Unused =
    [
        "aspnetcore.", "kestrel.connection.", "kestrel.queued_", "kestrel.tls_", "kestrel.upgraded_", "http.client.active_",
        "http.client.connection.", "http.client.open_", "http.client.request.time_in_queue", "db.client.operation.npgsql.",
        "db.client.connection.npgsql.create_time",
    ];

    /// <summary>Whether metrics are recorded. <c>Metrics:Enabled=false</c> is for measuring their cost.</summary>
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
            metrics.ConfigureResource(identity.DescribeSeries).AddInstruments().AddPrometheusExporter();
            if (builder.Configuration["Metrics:Otlp"] is { Length: > 0 } receiver)
            {
                var options = new OtlpExporterOptions
                {
                    Endpoint = new Uri(receiver),
                    Protocol = OtlpExportProtocol.HttpProtobuf,
                };
                metrics.AddReader(new PeriodicExportingMetricReader(new OtlpMetricExporter(options), PushMilliseconds));
            }
        });
        if (builder.HasTelemetryReceiver())
        {
            // The exporter's default of a minute is too long for rates over two minutes.
            builder.Configuration["OTEL_METRIC_EXPORT_INTERVAL"] ??= "15000";
            builder.Services.AddHostedService(services => new TelemetryMetrics(
                services.GetRequiredService<IConfiguration>(), identity));
        }
    }

    /// <summary>The instruments that are measured, with their buckets.</summary>
    public static MeterProviderBuilder AddInstruments(this MeterProviderBuilder metrics) => metrics
        .AddAspNetCoreInstrumentation()
        .AddHttpClientInstrumentation()
        .AddRuntimeInstrumentation()
        .AddMeter("RagAspire.*", Models)
        .AddMeter("Npgsql")
        .AddView(instrument => Unused.Any(name => instrument.Name.StartsWith(name, StringComparison.Ordinal))
            ? MetricStreamConfiguration.Drop
            : null)
        .AddView("http.server.request.duration", new ExplicitBucketHistogramConfiguration { Boundaries = RequestSeconds })
        .AddView("http.client.request.duration", new ExplicitBucketHistogramConfiguration { Boundaries = RequestSeconds })
        .AddView("gen_ai.client.operation.duration", new ExplicitBucketHistogramConfiguration { Boundaries = ModelSeconds })
        .SetExemplarFilter(ExemplarFilterType.TraceBased);
}
