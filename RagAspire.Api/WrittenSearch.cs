using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using RagAspire.Search;

namespace RagAspire.Api;

/// <summary>
/// A <see cref="SearchResult"/> from the cache with hits that are JSON already. They are most of a response, and are written once
/// for as long as the process keeps them.
/// </summary>
internal sealed record WrittenSearch(
    Guid SearchId,
    [property: JsonConverter(typeof(WrittenSearch.RawJson))] byte[] Hits,
    RetrievalLevel Mode,
    string? Degraded,
    bool Cached,
    double TookMs,
    Explanation? Explanation)
{
    private static readonly ConditionalWeakTable<IReadOnlyList<SearchHit>, byte[]> WrittenHits = [];

    public static WrittenSearch Of(SearchResult result) => new(
        result.SearchId, WrittenHits.GetValue(result.Hits, Write), result.Level, result.Degraded, result.Cached, result.TookMs,
        result.Explanation);

    private static byte[] Write(IReadOnlyList<SearchHit> hits) =>
        JsonSerializer.SerializeToUtf8Bytes(hits, JsonSerializerOptions.Web);

    private sealed class RawJson : JsonConverter<byte[]>
    {
        public override byte[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value, skipInputValidation: true);
    }
}
