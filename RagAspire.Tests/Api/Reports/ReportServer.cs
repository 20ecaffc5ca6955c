using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RagAspire.Api.Reports;

namespace RagAspire.Tests.Api.Reports;

/// <summary>Serves one report as the API does.</summary>
internal static class ReportServer
{
    public static Task<WebApplication> StartAsync(Report report) => StartAsync(HtmlReport.Write(report));

    public static async Task<WebApplication> StartAsync(string html)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapGet("/", context =>
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            context.Response.Headers.ContentSecurityPolicy = HtmlReport.ContentSecurityPolicy;
            return context.Response.WriteAsync(html);
        });
        await app.StartAsync();
        return app;
    }
}
