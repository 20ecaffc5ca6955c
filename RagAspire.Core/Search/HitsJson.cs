using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RagAspire.Search;

/// <summary>
/// The JSON of a list of hits, which is most of a response and of what is cached: written once for as long as the list lives.
/// </summary>
public sealed class HitsJson : JsonConverter<IReadOnlyList<SearchHit>>
{
    private static readonly ConditionalWeakTable<IReadOnlyList<SearchHit>, byte[]> Written = [];

    /// <returns>UTF-8.</returns>
    public static byte[] Of(IReadOnlyList<SearchHit> hits) =>
        Written.GetValue(hits, static list => JsonSerializer.SerializeToUtf8Bytes(list, JsonSerializerOptions.Web));

    public override IReadOnlyList<SearchHit>? Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<IReadOnlyList<SearchHit>>(ref reader, JsonSerializerOptions.Web);

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<SearchHit> value, JsonSerializerOptions options) =>
        writer.WriteRawValue(Of(value), skipInputValidation: true);
}
