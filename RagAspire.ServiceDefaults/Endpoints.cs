using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RagAspire.Monitoring;

namespace Microsoft.Extensions.Hosting;

/// <summary>The endpoints that machines look at: <c>/alive</c>, <c>/health</c>, <c>/ready</c>, <c>/metrics</c>.</summary>
public static class Endpoints
{
    private static readonly string Version = Assembly.GetEntryAssembly()?.GetName().Version?.ToString(3) ?? "0";

    internal static bool IsProbe(PathString path) =>
        path == "/alive" || path == "/health" || path == "/ready" || path == "/metrics";

    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapGet("/alive", () => TypedResults.Text("alive")).AsProbe();
        app.MapGet("/health", HealthAsync).AsProbe();
        app.MapGet("/ready", ReadyAsync).AsProbe();
        if (MetricsExtensions.AreOn(app.Configuration))
        {
            app.MapPrometheusScrapingEndpoint("/metrics").AddEndpointFilterForToken(app.Configuration["Metrics:Token"]).AsProbe();
        }

        return app;
    }

    private static async Task<IResult> HealthAsync(HealthCheckService health, TimeProvider time, HttpContext context)
    {
        var report = await health.CheckHealthAsync(check => check.Tags.Contains(HealthTags.Component), context.RequestAborted);
        var healthy = report.Status == HealthStatus.Healthy;
        return TypedResults.Json(
            new HealthAnswer(healthy ? "healthy" : "unhealthy", time.GetUtcNow(), Version, Components(report, context)),
            statusCode: healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> ReadyAsync(HealthCheckService health, TimeProvider time, HttpContext context)
    {
        var report = await health.CheckHealthAsync(check => check.Tags.Contains(HealthTags.Component), context.RequestAborted);
        var can = report.Entries.Values.All(entry => entry.Status == HealthStatus.Healthy || !entry.Tags.Contains(HealthTags.Required));
        var status = (can, report.Status) switch
        {
            (false, _) => "unready",
            (true, HealthStatus.Healthy) => "ready",
            _ => "degraded",
        };
        if (!can)
        {
            context.Response.Headers.RetryAfter = "5";
        }

        return TypedResults.Json(
            new HealthAnswer(status, time.GetUtcNow(), Version, Components(report, context)),
            statusCode: can ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>Reasons name hosts and ports, so only who has a key sees them.</summary>
    private static Dictionary<string, string> Components(HealthReport report, HttpContext context)
    {
        var mayKnow = context.User.Identity?.IsAuthenticated == true;
        return report.Entries.ToDictionary(entry => entry.Key, entry => entry.Value switch
        {
            { Status: HealthStatus.Healthy } => "healthy",
            { Description: var reason, Exception: var exception } when mayKnow => $"unhealthy: {reason ?? exception?.Message ?? "no answer in time"}",
            _ => "unhealthy",
        });
    }

    private static IEndpointConventionBuilder AsProbe(this IEndpointConventionBuilder endpoint) =>
        endpoint.AllowAnonymous().ExcludeFromDescription().DisableHttpMetrics();

    /// <summary>Locks the metrics when a token is configured (<c>Metrics:Token</c>), for scrapers that send it as a bearer.</summary>
    private static IEndpointConventionBuilder AddEndpointFilterForToken(this IEndpointConventionBuilder endpoint, string? token)
    {
        if (string.IsNullOrEmpty(token))
        {
            return endpoint;
        }

        var expected = SHA256.HashData(Encoding.UTF8.GetBytes($"Bearer {token}"));
        endpoint.Add(builder =>
        {
            var next = builder.RequestDelegate!;
            builder.RequestDelegate = context =>
            {
                var presented = SHA256.HashData(Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString()));
                if (CryptographicOperations.FixedTimeEquals(presented, expected))
                {
                    return next(context);
                }

                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return Task.CompletedTask;
            };
        });
        return endpoint;
    }

    private sealed record HealthAnswer(
        string Status, DateTimeOffset Timestamp, string Version, IReadOnlyDictionary<string, string> Components);
}
