using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using RagAspire.Monitoring;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every service of this application does the same way: telemetry, health, discovery.</summary>
public static class ServiceDefaultsExtensions
{
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddTelemetry();
        builder.Services.AddHealthChecks();
        builder.Services.AddSingleton<ComponentGauge>();
        builder.Services.AddSingleton<Microsoft.Extensions.Diagnostics.HealthChecks.IHealthCheckPublisher>(
            services => services.GetRequiredService<ComponentGauge>());
        builder.Services.Configure<Microsoft.Extensions.Diagnostics.HealthChecks.HealthCheckPublisherOptions>(options =>
        {
            options.Delay = TimeSpan.FromSeconds(1);
            options.Period = TimeSpan.FromSeconds(5);
            options.Predicate = check => check.Tags.Contains(HealthTags.Component);
        });
        builder.Services.AddServiceDiscovery();

        // No resilience handler for all: its ten seconds for an attempt are too short for a model, which has its own
        // time limits and circuit where it is called.
        builder.Services.ConfigureHttpClientDefaults(http => http.AddServiceDiscovery());
        return builder;
    }

    private static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        var identity = ServiceIdentity.Of(builder);
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                builder.Configuration["OTEL_SERVICE_NAME"] ?? identity.Name, serviceVersion: ServiceIdentity.Version))
            .WithTracing(tracing => tracing
                .SetSampler(new ParentBasedSampler(new NoOrphanClients()))
                .AddSource("RagAspire.*", MetricsExtensions.Models)
                .AddAspNetCoreInstrumentation(options => options.Filter = context => !Endpoints.IsProbe(context.Request.Path))
                .AddHttpClientInstrumentation());

        builder.AddMetrics(telemetry, identity);
        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            // A minute, the exporter's own, is too long for rates over two.
            builder.Configuration["OTEL_METRIC_EXPORT_INTERVAL"] ??= "15000";
            telemetry.UseOtlpExporter();
        }
    }

    /// <summary>
    /// A call to a store that nobody's request or job asked for is polling; as a trace of its own it would only hide the
    /// others.
    /// </summary>
    private sealed class NoOrphanClients : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => new(
            samplingParameters.Kind == System.Diagnostics.ActivityKind.Client
                ? SamplingDecision.Drop
                : SamplingDecision.RecordAndSample);
    }
}
