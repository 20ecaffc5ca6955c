using System.Net;

namespace RagAspire.Client;

/// <summary>The API has refused a call, or could not be reached.</summary>
/// <param name="status">Of the response; 503 too where there was none.</param>
/// <param name="title">A few words, such as "Not Found".</param>
/// <param name="detail">The cause in a sentence, for people; null where the response has none.</param>
public sealed class RagApiException(HttpStatusCode status, string title, string? detail, Exception? innerException = null)
    : Exception(detail ?? title, innerException)
{
    public HttpStatusCode Status { get; } = status;

    public string Title { get; } = title;

    public string? Detail { get; } = detail;

    /// <summary>The trace of the call, by which operators find it; null where the response has none.</summary>
    public string? TraceId { get; init; }

    /// <summary>How long to wait before the next attempt; null where the response does not say it.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
