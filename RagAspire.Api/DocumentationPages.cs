using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Api.Reports;
using RagAspire.Api.Security;
using Scalar.AspNetCore;

namespace RagAspire.Api;

/// <summary>
/// The page of the API, and those about findings and alerts, as the repository has them: <c>/diagnostics/RAG-D001</c>,
/// <c>/runbooks/ApiDown</c>. They hold nothing of this system, and are readable without a key and with all stores away.
/// </summary>
internal static class DocumentationPages
{
    private static readonly Assembly Assembly = typeof(DocumentationPages).Assembly;

    public static void MapDocumentation(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous().CacheOutput(PublicPage.Policy);
        foreach (var folder in new[] { "diagnostics", "runbooks" })
        {
            app.MapGet($"/{folder}/{{name}}", (string name, HttpContext context, TimeProvider time) => Show(folder, name, context, time))
                .AllowAnonymous().ExcludeFromDescription();
            app.MapGet($"/{folder}", (HttpContext context, TimeProvider time) => List(folder, context, time))
                .AllowAnonymous().ExcludeFromDescription();
        }

        app.MapScalarApiReference("/scalar").AllowAnonymous();
        app.MapGet("/", () => TypedResults.Redirect("/scalar")).AllowAnonymous().ExcludeFromDescription();
    }

    private static ContentHttpResult List(string folder, HttpContext context, TimeProvider time)
    {
        var pages = Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith($"{folder}/", StringComparison.Ordinal))
            .Select(name => Path.GetFileNameWithoutExtension(name)).Order(StringComparer.Ordinal).ToList();
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (ReportFormats.Of(context.Request) != ReportFormat.Html)
        {
            var markdown = string.Concat(pages.Select(page => $"- [{page}](/{folder}/{page})\n"));
            return TypedResults.Text($"# {folder}\n\n{markdown}", "text/markdown", Encoding.UTF8);
        }

        context.Response.Headers.ContentSecurityPolicy = HtmlReport.ContentSecurityPolicy;
        var links = new ReportList([.. pages.Select(page => new ReportCell(page, Href: $"/{folder}/{page}"))]);
        var report = new Report(
            folder, new ReportStatus(ReportLevel.Neutral, folder), time.GetUtcNow(), [new ReportSection("Pages", [links])]);
        return TypedResults.Text(HtmlReport.Write(report), ReportFormat.Html.MediaType(), Encoding.UTF8);
    }

    /// <summary>A page as Markdown; null when there is none of this name.</summary>
    internal static async Task<string?> FindAsync(string folder, string name, CancellationToken cancellationToken)
    {
        var page = name.EndsWith(".md", StringComparison.Ordinal) ? name[..^3] : name;
        await using var resource = Assembly.GetManifestResourceStream($"{folder}/{page}.md");
        if (resource is null)
        {
            return null;
        }

        using var reader = new StreamReader(resource);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> Show(
        string folder, string name, HttpContext context, TimeProvider time)
    {
        if (await FindAsync(folder, name, context.RequestAborted) is not { } markdown)
        {
            return Problems.NotFound("page");
        }

        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (ReportFormats.Of(context.Request) != ReportFormat.Html)
        {
            return TypedResults.Text(markdown, "text/markdown", Encoding.UTF8);
        }

        context.Response.Headers.ContentSecurityPolicy = HtmlReport.ContentSecurityPolicy;
        var report = MarkdownPage.Parse(markdown, new ReportStatus(ReportLevel.Neutral, folder), time.GetUtcNow());
        return TypedResults.Text(HtmlReport.Write(report), ReportFormat.Html.MediaType(), Encoding.UTF8);
    }
}
