using System.Net;
using Microsoft.Net.Http.Headers;
using RagAspire.Client;
using RagAspire.Web.Security;

namespace RagAspire.Web.Api;

/// <summary>
/// Pages that the API renders itself, such as reports and runbooks, passed on with the key of the session. They have the
/// addresses that they have at the API, so that the links inside them lead to each other.
/// </summary>
internal static class ApiPages
{
    private static readonly string[] Operators =
    [
        "/api/v1/operations/memory", "/api/v1/operations/usage", "/api/v1/operations/capacity",
        "/api/v1/operations/capacity/charts/{chart}", "/api/v1/operations/diagnostics", "/api/v1/operations/diagnostics/database",
        "/api/v1/operations/alerts/{id:long}/diagnosis",
    ];

    private static readonly string[] Everybody = ["/runbooks", "/runbooks/{page}", "/diagnostics", "/diagnostics/{page}"];

    // Anything else could be rendered by a browser as a page of this origin.
    private static readonly string[] Shown = ["text/html", "image/png", "image/svg+xml"];

    public static void MapApiPages(this WebApplication app)
    {
        foreach (var path in Operators)
        {
            app.MapGet(path, ShowAsync).RequireAuthorization(Rights.Operations);
        }

        foreach (var path in Everybody)
        {
            app.MapGet(path, ShowAsync);
        }

        app.MapGet("/documents/{id:guid}/content", DownloadAsync);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, IHttpClientFactory clients)
    {
        var address = $"{context.Request.Path}{context.Request.QueryString}";
        return await PassAsync(context, clients, (client, stop) => client.Operations.PageAsync(address, stop), isFile: false);
    }

    private static async Task<IResult> DownloadAsync(Guid id, HttpContext context, IHttpClientFactory clients) =>
        await PassAsync(context, clients, (client, stop) => client.Documents.ContentAsync(id, stop), isFile: true);

    private static async Task<IResult> PassAsync(
        HttpContext context,
        IHttpClientFactory clients,
        Func<RagApiClient, CancellationToken, Task<HttpResponseMessage>> ask,
        bool isFile)
    {
        try
        {
            using var response = await ask(clients.Of(context.User), context.RequestAborted);
            var type = response.Content.Headers.ContentType;
            if (response.StatusCode == HttpStatusCode.Unauthorized)
            {
                return TypedResults.Redirect($"{Sessions.SignInPath}?ended=true");
            }

            if (!response.IsSuccessStatusCode || (!isFile && !Shown.Contains(type?.MediaType)))
            {
                return TypedResults.StatusCode(
                    response.IsSuccessStatusCode ? StatusCodes.Status502BadGateway : (int)response.StatusCode);
            }

            // A file is an attachment whatever the API says, because a browser must not render uploaded bytes here.
            context.Response.ContentType = isFile ? "application/octet-stream" : $"{type}";
            if (isFile)
            {
                context.Response.Headers.ContentDisposition = Attachment(response);
            }
            else if (response.Headers.TryGetValues(HeaderNames.ContentSecurityPolicy, out var policy))
            {
                context.Response.Headers.ContentSecurityPolicy = policy.ToArray();
            }

            await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
            return TypedResults.Empty;
        }
        catch (RagApiException ex)
        {
            return TypedResults.StatusCode((int)ex.Status);
        }
    }

    private static string Attachment(HttpResponseMessage response)
    {
        var sent = response.Content.Headers.ContentDisposition;
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(sent?.FileNameStar ?? sent?.FileName?.Trim('"') ?? "document");
        return disposition.ToString();
    }
}
