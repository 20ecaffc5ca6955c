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

    /// <summary>Largest body of any other request, in bytes.</summary>
    [Range(1, 100_000_000)]
    public long BodyBytes { get; set; } = 1 << 20;

    /// <summary>Average rate of requests of one key.</summary>
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

    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromMinutes(4);
}

public static class RequestLimits
{
    public const string UploadTime = "upload";
    public const string AnswerTime = "answer";

    public static void AddRequestLimits(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<LimitOptions>>((kestrel, limits) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = limits.Value.BodyBytes;
        });
        services.AddRequestTimeouts();
        services.AddOptions<RequestTimeoutOptions>().Configure<IOptions<LimitOptions>>((timeouts, limits) =>
        {
            timeouts.DefaultPolicy = Policy(limits.Value.RequestTimeout);
            timeouts.AddPolicy(UploadTime, Policy(limits.Value.UploadTimeout));
            timeouts.AddPolicy(AnswerTime, Policy(limits.Value.AnswerTimeout));
        });
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.OnRejected = (context, _) =>
            {
                context.HttpContext.Response.Headers.RetryAfter = "1";
                return ValueTask.CompletedTask;
            };
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(PartitionOf);
        });
    }

    public static void UseRequestLimits(this WebApplication app)
    {
        app.UseRateLimiter();
        app.UseRequestTimeouts();
    }

    private static RateLimitPartition<string> PartitionOf(HttpContext context)
    {
        if (context.User.Identity?.IsAuthenticated != true)
        {
            return RateLimitPartition.GetNoLimiter("anonymous");
        }

        var limits = context.RequestServices.GetRequiredService<IOptions<LimitOptions>>().Value;
        return RateLimitPartition.GetTokenBucketLimiter(Caller.Of(context.User).Id, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = limits.Burst,
            TokensPerPeriod = Math.Max(1, limits.RequestsPerSecond / 10),
            ReplenishmentPeriod =
                TimeSpan.FromMilliseconds(limits.RequestsPerSecond < 10 ? 1000d / limits.RequestsPerSecond : 100),
            QueueLimit = 0,
        });
    }

    private static RequestTimeoutPolicy Policy(TimeSpan timeout) => new()
    {
        Timeout = timeout,
        TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
    };
}
