using Microsoft.AspNetCore.OutputCaching;

namespace RagAspire.Api.Security;

/// <summary>Caches a page that is the same for every caller, so that it costs nothing, with a key or without.</summary>
internal sealed class PublicPage : IOutputCachePolicy
{
    public const string Policy = "public-page";

    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(1);

    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        context.EnableOutputCaching = true;
        context.AllowCacheLookup = true;
        context.AllowCacheStorage = true;
        context.AllowLocking = true;
        context.ResponseExpirationTimeSpan = KeptFor;

        // Neither the host nor the query changes the page, and each could be varied without end.
        context.CacheVaryByRules.VaryByHost = false;
        context.CacheVaryByRules.QueryKeys = default;
        return ValueTask.CompletedTask;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        context.AllowCacheStorage = context.HttpContext.Response.StatusCode == StatusCodes.Status200OK;
        return ValueTask.CompletedTask;
    }
}

internal static class PublicPages
{
    public static IServiceCollection AddPublicPages(this IServiceCollection services) =>
        services.AddOutputCache(options => options.AddPolicy(PublicPage.Policy, new PublicPage()));
}
