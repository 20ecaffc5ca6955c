using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Net.Http.Headers;

namespace RagAspire.Web.Security;

/// <summary>What a browser may do with the pages.</summary>
internal static class PageHeaders
{
    // Nothing inline: script and style are files of this origin, and text of documents can never be either.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
        + "base-uri 'self'; frame-ancestors 'none'";

    public static WebApplication UsePageHeaders(this WebApplication app)
    {
        app.UseSecurityHeaders();
        app.Use((context, next) =>
        {
            context.Response.OnStarting(static state => Set((HttpResponse)state), context.Response);
            return next(context);
        });
        return app;
    }

    /// <summary>Pages for errors and for addresses that do not exist.</summary>
    public static WebApplication UseErrorPages(this WebApplication app)
    {
        app.UseExceptionHandler("/error", createScopeForErrors: true);
        app.UseStatusCodePagesWithReExecute("/status/{0}", createScopeForStatusCodePages: true);
        app.Use((context, next) =>
        {
            // The page of an error is read, whatever was sent to the page that failed.
            var features = context.Features;
            if (features.Get<IStatusCodeReExecuteFeature>() is not null || features.Get<IExceptionHandlerFeature>() is not null)
            {
                context.Request.Method = HttpMethods.Get;
            }

            return next(context);
        });
        return app;
    }

    private static Task Set(HttpResponse response)
    {
        if (response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) != true)
        {
            return Task.CompletedTask;
        }

        var headers = response.Headers;
        headers.CacheControl = "no-store";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        if (!headers.ContainsKey(HeaderNames.ContentSecurityPolicy))
        {
            headers.ContentSecurityPolicy = Policy;
        }

        return Task.CompletedTask;
    }
}
