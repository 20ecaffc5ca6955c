using System.Diagnostics.Metrics;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>Counts requests, refusals and uploads.</summary>
public sealed class ApiMetrics
{
    public const string MeterName = "RagAspire.Api";

    private readonly Counter<long> _requests;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _uploads;

    public ApiMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _requests = meter.CreateCounter<long>("rag.api.requests", "{request}", "Requests by key and route");
        _refused = meter.CreateCounter<long>("rag.api.refused", "{request}", "Requests beyond a limit, by the limit");
        _uploads = meter.CreateCounter<long>(
            "rag.uploads", "{upload}", "Uploads by outcome: accepted, duplicate, rejected (an error of the client), failed (an error of the server)");
    }

    /// <param name="key">The name of the API key, never its secret.</param>
    /// <param name="route">The pattern of the route, never the path.</param>
    public void Requested(string key, string route) => _requests.Add(
        1, new KeyValuePair<string, object?>("key", key), new KeyValuePair<string, object?>("route", route));

    /// <param name="limit">One of <see cref="RefusalLimits"/>.</param>
    public void Refused(string limit) => _refused.Add(1, new KeyValuePair<string, object?>("limit", limit));

    public void Uploaded(int status) => _uploads.Add(1, new KeyValuePair<string, object?>("outcome", status switch
    {
        StatusCodes.Status202Accepted => "accepted",
        < StatusCodes.Status400BadRequest => "duplicate",
        < StatusCodes.Status500InternalServerError => "rejected",
        _ => "failed",
    }));
}

/// <summary>The limits beyond which a request is refused, as <c>rag.api.refused</c> names them.</summary>
internal static class RefusalLimits
{
    public const string Requests = "requests";
    public const string AnonymousRequests = "anonymous-requests";
    public const string EventStreams = "event-streams";
    public const string Uploads = "uploads";
    public const string UploadSpeed = "upload-speed";
}

/// <summary>Metadata of an endpoint that accepts files.</summary>
internal sealed class TakesUploads
{
    public static TakesUploads Mark { get; } = new();
}

internal static class ApiMetricsExtensions
{
    /// <summary>The paths of the API's protocols, as opposed to probes and pages.</summary>
    private static readonly string[] CountedPaths = ["/api/", "/v1/", "/mcp"];

    /// <summary>Counts requests by their final status, so it must come before the exception handler.</summary>
    public static void UseApiMetrics(this WebApplication app)
    {
        var metrics = app.Services.GetRequiredService<ApiMetrics>();
        app.Use(async (context, next) =>
        {
            // The exception handler clears the endpoint.
            var endpoint = context.GetEndpoint() as RouteEndpoint;
            await next(context);
            if (endpoint?.RoutePattern.RawText is not { } route || !IsCounted(route))
            {
                return;
            }

            metrics.Requested(Caller.Of(context.User).Tag, route);
            if (endpoint.Metadata.GetMetadata<TakesUploads>() is not null)
            {
                metrics.Uploaded(context.Response.StatusCode);
            }
        });
    }

    private static bool IsCounted(string route) =>
        Array.Exists(CountedPaths, path => route.StartsWith(path, StringComparison.Ordinal));
}
