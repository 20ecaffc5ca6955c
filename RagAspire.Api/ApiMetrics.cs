using System.Diagnostics.Metrics;

namespace RagAspire.Api;

/// <summary>What operators see of who uses the API, and of uploads.</summary>
public sealed class ApiMetrics
{
    public const string MeterName = "RagAspire.Api";

    private readonly Counter<long> _requests;
    private readonly Counter<long> _uploads;

    public ApiMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _requests = meter.CreateCounter<long>("rag.api.requests", "{request}", "Requests by key and route");
        _uploads = meter.CreateCounter<long>(
            "rag.uploads", "{upload}", "Uploads by outcome: accepted, duplicate, rejected for the caller's fault, or failed for ours");
    }

    /// <param name="key">The key's name, never the key.</param>
    /// <param name="route">The route's pattern, never the path.</param>
    public void Requested(string key, string route) => _requests.Add(
        1, new KeyValuePair<string, object?>("key", key), new KeyValuePair<string, object?>("route", route));

    public void Uploaded(int status) => _uploads.Add(1, new KeyValuePair<string, object?>("outcome", status switch
    {
        StatusCodes.Status202Accepted => "accepted",
        < StatusCodes.Status400BadRequest => "duplicate",
        < StatusCodes.Status500InternalServerError => "rejected",
        _ => "failed",
    }));
}

/// <summary>Marks an endpoint that takes files.</summary>
internal sealed class TakesUploads
{
    public static TakesUploads Mark { get; } = new();
}

internal static class ApiMetricsExtensions
{
    /// <summary>Counts requests once their status is final, so it comes before whatever turns exceptions into problems.</summary>
    public static void UseApiMetrics(this WebApplication app)
    {
        var metrics = app.Services.GetRequiredService<ApiMetrics>();
        app.Use(async (context, next) =>
        {
            // Handling an exception takes the endpoint away.
            var endpoint = context.GetEndpoint() as RouteEndpoint;
            await next(context);
            if (endpoint?.RoutePattern.RawText is not { } route || !route.StartsWith("/api/", StringComparison.Ordinal))
            {
                return;
            }

            metrics.Requested(context.User.Identity?.Name ?? "anonymous", route);
            if (endpoint.Metadata.GetMetadata<TakesUploads>() is not null)
            {
                metrics.Uploaded(context.Response.StatusCode);
            }
        });
    }
}
