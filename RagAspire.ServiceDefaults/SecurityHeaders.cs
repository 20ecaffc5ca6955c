using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Microsoft.Extensions.Hosting;

/// <summary>Headers that keep a browser from guessing types, framing pages and sending addresses to other sites.</summary>
public static class SecurityHeaders
{
    // Pages of libraries have scripts of their own inside, so for them only what cannot break them is forbidden.
    private const string Page = "frame-ancestors 'none'; base-uri 'none'; object-src 'none'; form-action 'self'";
    private const string Data = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>Sets them on every response; a policy that an endpoint has set itself stays.</summary>
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(static state => Set((HttpResponse)state), context.Response);
        return next(context);
    });

    private static Task Set(HttpResponse response)
    {
        var headers = response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            var isPage = response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true
                || IsAsset(response.ContentType);
            headers.ContentSecurityPolicy = isPage ? Page : Data;
        }

        return Task.CompletedTask;
    }

    private static bool IsAsset(string? type) =>
        type is not null && (type.Contains("javascript", StringComparison.OrdinalIgnoreCase)
            || type.StartsWith("text/css", StringComparison.OrdinalIgnoreCase));
}
