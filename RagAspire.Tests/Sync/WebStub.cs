using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RagAspire.Tests.Sync;

/// <summary>A web site on a loopback address.</summary>
internal sealed class WebStub : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebStub(WebApplication app) => _app = app;

    /// <summary>What each path answers; others answer 404.</summary>
    public ConcurrentDictionary<string, RequestDelegate> Pages { get; } = new();

    /// <summary>The paths that were asked for, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public Uri Address => new(_app.Urls.First());

    public static async Task<WebStub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var stub = new WebStub(builder.Build());
        stub._app.Run(context =>
        {
            stub.Requests.Enqueue(context.Request.Path);
            if (stub.Pages.TryGetValue(context.Request.Path, out var page))
            {
                return page(context);
            }

            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        await stub._app.StartAsync();
        return stub;
    }

    /// <summary>A page with an ETag, which is answered with 304 as long as it is the same.</summary>
    public void Set(string path, string body, string type = "text/html") => Pages[path] = async context =>
    {
        var tag = $"\"{body.GetHashCode(StringComparison.Ordinal)}\"";
        context.Response.Headers.ETag = tag;
        context.Response.ContentType = type;
        if (context.Request.Headers.IfNoneMatch == tag)
        {
            context.Response.StatusCode = 304;
            return;
        }

        await context.Response.WriteAsync(body);
    };

    public void Fail(string path, int status) => Pages[path] = context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    public void Redirect(string path, string target) => Pages[path] = context =>
    {
        context.Response.StatusCode = 302;
        context.Response.Headers.Location = target;
        return Task.CompletedTask;
    };

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
