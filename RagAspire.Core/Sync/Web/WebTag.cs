namespace RagAspire.Sync.Web;

/// <summary>With what a server is asked whether a page has changed: its ETag and its date, as it sent them.</summary>
internal static class WebTag
{
    private const int Longest = 1000;

    /// <returns>Null when the server sent neither.</returns>
    public static string? Of(HttpResponseMessage response)
    {
        var tag = response.Headers.NonValidated.TryGetValues("ETag", out var tags) ? tags.ToString() : "";
        var date = response.Content.Headers.NonValidated.TryGetValues("Last-Modified", out var dates) ? dates.ToString() : "";
        var both = $"{tag}\n{date}";
        return both.Length is 1 or > Longest ? null : both;
    }

    public static void AddTo(HttpRequestMessage request, string? tag)
    {
        if (tag?.Split('\n', 2) is [var entity, var date])
        {
            Add(request, "If-None-Match", entity);
            Add(request, "If-Modified-Since", date);
        }
    }

    private static void Add(HttpRequestMessage request, string header, string value)
    {
        if (value.Length > 0)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }
    }
}
