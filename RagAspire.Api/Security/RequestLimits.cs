using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using RagAspire.Security;

namespace RagAspire.Api.Security;

/// <summary>How much one client may ask for; section <c>Limits</c>.</summary>
public sealed class LimitOptions
{
    public const string Section = "Limits";

    /// <summary>Bytes of an uploaded file.</summary>
    [Range(1, 2_000_000_000)]
    public long UploadBytes { get; set; } = 64L << 20;

    /// <summary>Bytes of any other request body.</summary>
    [Range(1, 100_000_000)]
    public long BodyBytes { get; set; } = 1 << 20;

    /// <summary>Requests of one key in a second, on average.</summary>
    [Range(1, 100_000)]
    public int RequestsPerSecond { get; set; } = 500;

    /// <summary>Requests of one key that may come at once.</summary>
    [Range(1, 100_000)]
    public int Burst { get; set; } = 1000;

    /// <summary>Seconds that a request may take; uploads, answers and event streams have limits of their own.</summary>
    [Range(1, 600)]
    public int RequestSeconds { get; set; } = 30;

    /// <summary>Seconds that an upload may take.</summary>
    [Range(1, 3600)]
    public int UploadSeconds { get; set; } = 300;

    /// <summary>Seconds that an answer may take.</summary>
    [Range(1, 3600)]
    public int AnswerSeconds { get; set; } = 240;
}

/// <summary>Size, time and rate limits of requests.</summary>
public static class RequestLimits
{
    public const string UploadTime = "upload";
    public const string AnswerTime = "answer";

    public static void AddRequestLimits(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        var limits = builder.Configuration.GetSection(LimitOptions.Section).Get<LimitOptions>() ?? new LimitOptions();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = limits.BodyBytes;
        });
        services.AddRequestTimeouts(options =>
        {
            options.DefaultPolicy = Policy(limits.RequestSeconds);
            options.AddPolicy(UploadTime, Policy(limits.UploadSeconds));
            options.AddPolicy(AnswerTime, Policy(limits.AnswerSeconds));
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
            ReplenishmentPeriod = TimeSpan.FromMilliseconds(limits.RequestsPerSecond < 10 ? 1000d / limits.RequestsPerSecond : 100),
            QueueLimit = 0,
        });
    }

    private static Microsoft.AspNetCore.Http.Timeouts.RequestTimeoutPolicy Policy(int seconds) => new()
    {
        Timeout = TimeSpan.FromSeconds(seconds),
        TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
    };
}
