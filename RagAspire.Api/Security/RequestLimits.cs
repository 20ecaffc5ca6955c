using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using RagAspire.Security;

namespace RagAspire.Api.Security;

/// <summary>Size, time and rate limits of requests; section <c>Limits</c>.</summary>
public sealed class LimitOptions
{
    public const string Section = "Limits";

    /// <summary>Largest uploaded file, in bytes.</summary>
    [Range(1, 2_000_000_000)]
    public long UploadBytes { get; set; } = 64L << 20;

    /// <summary>
    /// Bytes of the uploads that one process receives at once, and those of one key among them. Each counts as 4 MiB at least.
    /// </summary>
    [Range(1, long.MaxValue)]
    public long UploadBytesAtOnce { get; set; } = 1L << 30;

    /// <inheritdoc cref="UploadBytesAtOnce"/>
    [Range(1, long.MaxValue)]
    public long UploadBytesAtOncePerKey { get; set; } = 512L << 20;

    /// <summary>An upload that is slower is ended, so that slow ones do not keep others out.</summary>
    [Range(1, 1 << 30)]
    public double UploadBytesPerSecond { get; set; } = 16 << 10;

    /// <summary>Largest body of a batch or an import, in bytes; also what its files may have without compression.</summary>
    [Range(1, long.MaxValue)]
    public long BatchBytes { get; set; } = 8L << 30;

    /// <summary>Files of one batch.</summary>
    [Range(1, 1_000_000)]
    public int BatchFiles { get; set; } = 10_000;

    /// <summary>Event streams that one key may have open.</summary>
    [Range(1, 100_000)]
    public int EventStreamsPerKey { get; set; } = 100;

    /// <summary>
    /// Average rate of requests without a valid key from one address for what needs none, of all processes together; probes are
    /// not counted. What needs a key is refused before.
    /// </summary>
    [Range(1, 100_000)]
    public int AnonymousRequestsPerSecond { get; set; } = 50;

    /// <summary>Largest body of any other request, in bytes.</summary>
    [Range(1, 100_000_000)]
    public long BodyBytes { get; set; } = 1 << 20;

    /// <summary>After about this time a connection is closed at its next response, so that clients are spread anew.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ConnectionLifetime { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a connection may wait for its next request.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(75);

    /// <summary>Connections that one process has open; further ones are closed at once.</summary>
    [Range(1, 1_000_000)]
    public long Connections { get; set; } = 4000;

    /// <summary>Average rate of requests of one key, of all processes together.</summary>
    [Range(1, 100_000)]
    public int RequestsPerSecond { get; set; } = 500;

    /// <summary>Requests of one key that are accepted at once.</summary>
    [Range(1, 100_000)]
    public int Burst { get; set; } = 1000;

    /// <summary>Time limit of a request, except uploads, answers and event streams.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan UploadTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Time limit of a batch, an export and an import.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan BatchTimeout { get; set; } = TimeSpan.FromHours(2);

    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromMinutes(4);
}

public static class RequestLimits
{
    public const string UploadTime = "upload";
    public const string AnswerTime = "answer";
    public const string BatchTime = "batch";

    public static void AddRequestLimits(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<LimitOptions>(LimitOptions.Section);
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<LimitOptions>>((kestrel, limits) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = limits.Value.BodyBytes;
            kestrel.Limits.MaxConcurrentConnections = limits.Value.Connections;
            kestrel.Limits.KeepAliveTimeout = limits.Value.KeepAlive;
        });
        services.AddRequestTimeouts();
        services.AddPublicPages();
        services.AddOptions<RequestTimeoutOptions>().Configure<IOptions<LimitOptions>>((timeouts, limits) =>
        {
            timeouts.DefaultPolicy = Policy(limits.Value.RequestTimeout);
            timeouts.AddPolicy(UploadTime, Policy(limits.Value.UploadTimeout));
            timeouts.AddPolicy(BatchTime, Policy(limits.Value.BatchTimeout));
            timeouts.AddPolicy(AnswerTime, Policy(limits.Value.AnswerTimeout));
        });
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.OnRejected = (context, _) =>
            {
                var http = context.HttpContext;
                http.Response.Headers.RetryAfter = "1";
                http.RequestServices.GetRequiredService<ApiMetrics>().Refused(
                    IsAuthenticated(http) ? RefusalLimits.Requests : RefusalLimits.AnonymousRequests);
                return ValueTask.CompletedTask;
            };
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(PartitionOf);
        });
    }

    public static void UseRequestLimits(this WebApplication app)
    {
        app.UseConnectionLifetime();
        app.UseRateLimiter();
        app.UseRequestTimeouts();
        app.UseOutputCache();
    }

    private static RateLimitPartition<string> PartitionOf(HttpContext context)
    {
        var options = context.RequestServices.GetRequiredService<IOptions<LimitOptions>>().Value;
        var shared = context.RequestServices.GetRequiredService<SharedLimits>();
        if (IsAuthenticated(context))
        {
            return Partition(shared, new SharedLimit("requests", options.RequestsPerSecond, options.Burst), Caller.Of(context.User).Id);
        }

        var perSecond = options.AnonymousRequestsPerSecond;
        return Endpoints.IsProbe(context.Request.Path)
            ? RateLimitPartition.GetNoLimiter("probe")
            : Partition(shared, new SharedLimit("anonymous requests", perSecond, perSecond * 4), $"{context.Connection.RemoteIpAddress}");
    }

    private static bool IsAuthenticated(HttpContext context) => context.User.Identity?.IsAuthenticated == true;

    private static RateLimitPartition<string> Partition(SharedLimits shared, SharedLimit limit, string key) =>
        RateLimitPartition.Get($"{limit.Name} {key}", _ => new SharedRateLimiter(shared, limit, key));

    private static RequestTimeoutPolicy Policy(TimeSpan timeout) => new()
    {
        Timeout = timeout,
        TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
    };
}
