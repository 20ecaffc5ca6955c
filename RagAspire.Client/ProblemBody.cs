using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace RagAspire.Client;

/// <summary>The body of an error (RFC 9457).</summary>
internal sealed record ProblemBody(string? Title, string? Detail, int? Status, string? TraceId)
{
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>Reads the error of a response; a body that is no problem document is left out.</summary>
    public static async Task<RagApiException> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        ProblemBody? problem = null;
        try
        {
            if (response.Content.Headers.ContentType?.MediaType is "application/problem+json" or "application/json")
            {
                problem = await response.Content.ReadFromJsonAsync<ProblemBody>(ApiConnection.Json, cancellationToken);
            }
        }
        catch (Exception ex) when (ex is JsonException or HttpRequestException or IOException)
        {
            // The status says enough.
        }

        return (problem ?? new ProblemBody(null, null, null, null)).ToException(response.StatusCode, RetryAfter(response));
    }

    public RagApiException ToException(HttpStatusCode status, TimeSpan? retryAfter = null)
    {
        var invalid = Errors is { Count: > 0 }
            ? string.Join(' ', Errors.Values.SelectMany(messages => messages).Distinct())
            : null;
        return new RagApiException(status, Title ?? status.ToString(), invalid ?? Detail)
        {
            TraceId = TraceId,
            RetryAfter = retryAfter,
        };
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter?.Delta;
}
