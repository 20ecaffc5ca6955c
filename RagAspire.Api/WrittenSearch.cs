using System.Text.Json.Serialization;
using RagAspire.Search;

namespace RagAspire.Api;

/// <summary>A <see cref="SearchResult"/> as it is written. A converter on that type would hide the hits from OpenAPI.</summary>
internal sealed record WrittenSearch(
    Guid SearchId,
    [property: JsonConverter(typeof(HitsJson))] IReadOnlyList<SearchHit> Hits,
    RetrievalLevel Mode,
    string? Degraded,
    bool Cached,
    double TookMs,
    Explanation? Explanation)
{
    public static WrittenSearch Of(SearchResult result) => new(
        result.SearchId, result.Hits, result.Level, result.Degraded, result.Cached, result.TookMs, result.Explanation);
}
