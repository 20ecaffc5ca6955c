using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;

namespace RagAspire.Api.Reports;

internal static class ReportEndpoints
{
    /// <summary>
    /// Sends what the endpoint returns as JSON, plain text or HTML, as the request asks. The endpoint itself returns the
    /// typed value, and other results, such as problem details, pass unchanged.
    /// </summary>
    /// <param name="describe">Makes the report for people; not called for JSON.</param>
    public static RouteHandlerBuilder AsReport<T>(this RouteHandlerBuilder endpoint, Func<T, Report> describe)
        where T : class => endpoint
        .AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            var format = ReportFormats.Of(http.Request);
            http.Response.Headers.Append("Vary", "Accept");
            http.Response.Headers.CacheControl = "no-store";
            var result = await next(context);
            return format != ReportFormat.Json && ValueOf<T>(result) is { } value
                ? Page(http.Response, describe(value), format)
                : result;
        })
        .Produces<T>(
            StatusCodes.Status200OK, ReportFormat.Json.MediaType(), ReportFormat.Text.MediaType(), ReportFormat.Html.MediaType())
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status406NotAcceptable)
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(FormatParameter());
            return Task.CompletedTask;
        });

    private static T? ValueOf<T>(object? result)
        where T : class => result switch
        {
            T value => value,
            INestedHttpResult nested => ValueOf<T>(nested.Result),
            IStatusCodeHttpResult { StatusCode: not (null or StatusCodes.Status200OK) } => null,
            IValueHttpResult<T> known => known.Value,
            _ => null,
        };

    private static ContentHttpResult Page(HttpResponse response, Report report, ReportFormat format)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        if (format == ReportFormat.Text)
        {
            return TypedResults.Text(TextReport.Write(report), ReportFormat.Text.MediaType(), Encoding.UTF8);
        }

        response.Headers.ContentSecurityPolicy = HtmlReport.ContentSecurityPolicy;
        response.Headers["Referrer-Policy"] = "no-referrer";
        return TypedResults.Text(HtmlReport.Write(report), ReportFormat.Html.MediaType(), Encoding.UTF8);
    }

    private static OpenApiParameter FormatParameter() => new()
    {
        Name = ReportFormats.Parameter,
        In = ParameterLocation.Query,
        Description = "Overrules the Accept header.",
        Schema = new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Enum = [.. Enum.GetValues<ReportFormat>().Select(format => (JsonNode)JsonValue.Create(format.Word()))],
        },
    };
}
