using System.Text.Json;

namespace RagAspire.Database;

/// <summary>How the column <c>chunks.place</c> is read and written.</summary>
internal static class ChunkPlaces
{
    public static ChunkPlace? Read(string? json) =>
        json is null ? null : JsonSerializer.Deserialize<ChunkPlace>(json, JsonSerializerOptions.Web);

    public static string? Write(ChunkPlace? place) =>
        place is null ? null : JsonSerializer.Serialize(place, JsonSerializerOptions.Web);
}
