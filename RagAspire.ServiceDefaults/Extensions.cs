using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every service of this application does the same way: telemetry, health, discovery.</summary>
public static class ServiceDefaultsExtensions
{
    // LLM calls and whole requests that wait for one go on for minutes; the platform's buckets end at ten seconds.
    private static readonly double[] RequestSeconds =
        [.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2, 2.5, 5, 7.5, 10, 30, 60, 120];

    private static readonly double[] ModelSeconds = [.05, .1, .25, .5, 1, 2, 4, 8, 15, 30, 60, 120];

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

        var version = Assembly.GetEntryAssembly()?.GetName().Version?.ToString(3) ?? "0";
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                builder.Configuration["OTEL_SERVICE_NAME"] ?? builder.Environment.ApplicationName, serviceVersion: version))
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("RagAspire.*", "Experimental.Microsoft.Extensions.AI")
                .AddView("http.server.request.duration", new ExplicitBucketHistogramConfiguration { Boundaries = RequestSeconds })
                .AddView("http.client.request.duration", new ExplicitBucketHistogramConfiguration { Boundaries = RequestSeconds })
                .AddView("gen_ai.client.operation.duration", new ExplicitBucketHistogramConfiguration { Boundaries = ModelSeconds })
                .SetExemplarFilter(ExemplarFilterType.TraceBased)
                .AddPrometheusExporter())
            .WithTracing(tracing => tracing
                .SetSampler(new ParentBasedSampler(new NoOrphanClients()))
                .AddSource("RagAspire.*")
                .AddAspNetCoreInstrumentation(options => options.Filter = context => !Endpoints.IsProbe(context.Request.Path))
                .AddHttpClientInstrumentation());

        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
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
