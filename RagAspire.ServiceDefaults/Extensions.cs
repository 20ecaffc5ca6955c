using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Trace;
using RagAspire.Monitoring;

namespace Microsoft.Extensions.Hosting;

/// <summary>Telemetry, health checks and service discovery, the same in every service.</summary>
public static class ServiceDefaultsExtensions
{
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddSecretFiles();
        builder.AddTelemetry();
        builder.Services.AddDraining();
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

        // No resilience handler for all clients: its limit of 10 s for an attempt is too short for a model. The model
        // clients have their own time limits and circuit breaker.
        builder.Services.ConfigureHttpClientDefaults(http => http.AddServiceDiscovery());
        return builder;
    }

    /// <summary>
    /// Reads settings from files whose names are those of environment variables, as Docker mounts secrets: below
    /// <c>RAGASPIRE_SECRETS</c>, else <c>/run/secrets</c>.
    /// </summary>
    private static void AddSecretFiles(this IHostApplicationBuilder builder)
    {
        var folder = builder.Configuration["RAGASPIRE_SECRETS"] is { Length: > 0 } chosen ? chosen : "/run/secrets";
        if (Directory.Exists(folder))
        {
            builder.Configuration.AddKeyPerFile(folder, optional: true);
        }
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
            .ConfigureResource(identity.DescribeProcess)
            .WithTracing(tracing => tracing
                // Without a receiver a span is only the identifier that logs and errors carry.
                .SetSampler(
                    builder.HasTelemetryReceiver() ? new ParentBasedSampler(new NoOrphanClients()) : new AlwaysOffSampler())
                .AddSource("RagAspire.*", MetricsExtensions.Models)
                .AddAspNetCoreInstrumentation(options => options.Filter = context => !Endpoints.IsProbe(context.Request.Path))
                .AddHttpClientInstrumentation());
        builder.AddMetrics(telemetry, identity);
        if (builder.HasTelemetryReceiver())
        {
            telemetry.WithTracing(tracing => tracing.AddOtlpExporter()).WithLogging(logging => logging.AddOtlpExporter());
        }
    }

    /// <summary>Whether traces, logs and metrics are pushed to <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>.</summary>
    internal static bool HasTelemetryReceiver(this IHostApplicationBuilder builder) =>
        !string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);

    /// <summary>
    /// A call to a store outside any request or job is polling; its own trace would only hide the others.
    /// </summary>
    private sealed class NoOrphanClients : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => new(
            samplingParameters.Kind == System.Diagnostics.ActivityKind.Client
                ? SamplingDecision.Drop
                : SamplingDecision.RecordAndSample);
    }
}
