using Microsoft.Net.Http.Headers;

namespace RagAspire.Api.Reports;

/// <summary>The forms of a report, the preferred one first.</summary>
public enum ReportFormat
{
    Json,
    Text,
    Html,
}

internal static class ReportFormats
{
    /// <summary>The parameter that overrules the header.</summary>
    public const string Parameter = "format";

    private static readonly (ReportFormat Format, string MediaType)[] Known =
        [(ReportFormat.Json, "application/json"), (ReportFormat.Text, "text/plain"), (ReportFormat.Html, "text/html")];

    public static string MediaType(this ReportFormat format) => Known[(int)format].MediaType;

    /// <summary>The form that a request asks for: <c>?format=</c>, else the best one by <c>Accept</c>, else JSON.</summary>
    /// <exception cref="BadHttpRequestException">400 for an unknown format, 406 when every form is refused.</exception>
    public static ReportFormat Of(HttpRequest request)
    {
        if (request.Query.TryGetValue(Parameter, out var asked))
        {
            return EnumWords.Parse<ReportFormat>(asked) ?? throw Problems.Bad("The format must be json, text or html.");
        }

        // A header that cannot be parsed gives an empty list, which means that anything is accepted.
        var accepted = request.GetTypedHeaders().Accept;
        if (accepted.Count == 0)
        {
            return ReportFormat.Json;
        }

        var best = Known.Select(known => (known.Format, Quality: Quality(accepted, known.MediaType)))
            .MaxBy(candidate => candidate.Quality);
        return best.Quality > 0
            ? best.Format
            : throw new BadHttpRequestException(
                "This report is sent as application/json, text/plain or text/html.", StatusCodes.Status406NotAcceptable);
    }

    /// <summary>The q value of the most specific range that a type matches; 0 when none does.</summary>
    private static double Quality(IEnumerable<MediaTypeHeaderValue> accepted, string mediaType) => accepted
        .Where(range => range.MatchesMediaType(mediaType))
        .OrderByDescending(range => range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2)
        .Select(range => range.Quality ?? 1)
        .FirstOrDefault();
}
