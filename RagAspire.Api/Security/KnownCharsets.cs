using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace RagAspire.Api.Security;

/// <summary>Refuses a body in a character set that .NET does not know, with which the framework's JSON reader fails.</summary>
internal static class KnownCharsets
{
    public static IApplicationBuilder UseKnownCharsets(this IApplicationBuilder app) => app.Use((context, next) =>
        MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            && type.Charset.HasValue && !IsKnown(type.Charset.Value)
            ? Refusal().ExecuteAsync(context)
            : next(context));

    private static ProblemHttpResult Refusal() => TypedResults.Problem(
        "The character set of the Content-Type is unknown: send UTF-8.", statusCode: StatusCodes.Status415UnsupportedMediaType);

    private static bool IsKnown(string charset)
    {
        try
        {
            Encoding.GetEncoding(charset.Trim('"'));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
