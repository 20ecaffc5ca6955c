using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RagAspire.Monitoring;

namespace Microsoft.Extensions.Hosting;

/// <summary>The endpoints for probes and scrapers: <c>/alive</c>, <c>/health</c>, <c>/ready</c>, <c>/metrics</c>.</summary>
public static class Endpoints
{
    private static readonly string Version = Assembly.GetEntryAssembly()?.GetName().Version?.ToString(3) ?? "0";

    /// <summary>Whether a path is that of a probe or scraper, which are no requests of users and have no limits.</summary>
    public static bool IsProbe(PathString path) =>
        path == "/alive" || path == "/health" || path == "/ready" || path == "/metrics";

    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapGet("/alive", () => TypedResults.Text("alive")).AsProbe();
        app.MapGet("/health", HealthAsync).AsProbe();
        app.MapGet("/ready", ReadyAsync).AsProbe();
        if (MetricsExtensions.AreOn(app.Configuration))
        {
            app.MapPrometheusScrapingEndpoint("/metrics").RequireToken(app.Configuration["Metrics:Token"]).AsProbe();
        }

        return app;
    }

    private static async Task<IResult> HealthAsync(HealthCheckService health, TimeProvider time, HttpContext context)
    {
        var report = await health.CheckHealthAsync(check => check.Tags.Contains(HealthTags.Component), context.RequestAborted);
        var healthy = report.Status == HealthStatus.Healthy;
        return TypedResults.Json(
            new HealthReportBody(healthy ? "healthy" : "unhealthy", time.GetUtcNow(), Version, Components(report, context)),
            statusCode: healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> ReadyAsync(
        HealthCheckService health, IHostApplicationLifetime lifetime, TimeProvider time, HttpContext context)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return TypedResults.Json(
                new HealthReportBody("stopping", time.GetUtcNow(), Version, new Dictionary<string, string>()),
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        var report = await health.CheckHealthAsync(check => check.Tags.Contains(HealthTags.Component), context.RequestAborted);
        var isReady = report.Entries.Values.All(
            entry => entry.Status == HealthStatus.Healthy || !entry.Tags.Contains(HealthTags.Required));
        var status = (isReady, report.Status) switch
        {
            (false, _) => "unready",
            (true, HealthStatus.Healthy) => "ready",
            _ => "degraded",
        };
        if (!isReady)
        {
            context.Response.Headers.RetryAfter = "5";
        }

        return TypedResults.Json(
            new HealthReportBody(status, time.GetUtcNow(), Version, Components(report, context)),
            statusCode: isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>The reasons contain hosts and ports, so they are only for callers with a key.</summary>
    private static Dictionary<string, string> Components(HealthReport report, HttpContext context)
    {
        var isAuthenticated = context.User.Identity?.IsAuthenticated == true;
        return report.Entries.ToDictionary(entry => entry.Key, entry => entry.Value switch
        {
            { Status: HealthStatus.Healthy } => "healthy",
            { Description: var reason, Exception: var exception } when isAuthenticated => $"unhealthy: {reason ?? exception?.Message ?? "no answer in time"}",
            _ => "unhealthy",
        });
    }

    private static IEndpointConventionBuilder AsProbe(this IEndpointConventionBuilder endpoint) =>
        endpoint.AllowAnonymous().ExcludeFromDescription().DisableHttpMetrics();

    /// <summary>
    /// Requires <c>Metrics:Token</c> as a bearer token. Without one the metrics, which name keys and tasks, are for this machine.
    /// </summary>
    private static IEndpointConventionBuilder RequireToken(this IEndpointConventionBuilder endpoint, string? token)
    {
        var expected = string.IsNullOrEmpty(token) ? null : SHA256.HashData(Encoding.UTF8.GetBytes($"Bearer {token}"));
        endpoint.Add(builder =>
        {
            var next = builder.RequestDelegate!;
            builder.RequestDelegate = context => MayScrape(context, expected) ? next(context) : RefuseAsync(context);
        });
        return endpoint;
    }

    private static bool MayScrape(HttpContext context, byte[]? expected)
    {
        if (expected is null)
        {
            return context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);
        }

        var presented = SHA256.HashData(Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString()));
        return CryptographicOperations.FixedTimeEquals(presented, expected);
    }

    private static Task RefuseAsync(HttpContext context) => TypedResults.Problem(
        "Send the token of the setting Metrics:Token, as 'Authorization: Bearer TOKEN'. Without that setting only programs on the "
        + "machine of the service may read its metrics.",
        statusCode: StatusCodes.Status401Unauthorized).ExecuteAsync(context);

    private sealed record HealthReportBody(
        string Status, DateTimeOffset Timestamp, string Version, IReadOnlyDictionary<string, string> Components);
}
