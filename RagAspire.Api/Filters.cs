using System.Text.Json;
using RagAspire.Metadata;

namespace RagAspire.Api;

/// <summary>Filters and metadata as clients send them.</summary>
internal static class Filters
{
    /// <exception cref="BadHttpRequestException">400 with what is wrong.</exception>
    public static MetadataFilter? Read(FilterNode? filter) => Checked(() => MetadataFilter.Of(filter));

    /// <summary>Reads a filter that an address carries as JSON.</summary>
    /// <inheritdoc cref="Read"/>
    public static MetadataFilter? Parse(string? json) => Checked(() => MetadataFilter.Parse(json));

    /// <summary>Reads the metadata of a document from a form.</summary>
    /// <inheritdoc cref="Read"/>
    public static DocumentMetadata Metadata(string json) => Checked(() => DocumentMetadata.Parse(json));

    /// <summary>Takes the metadata of a document; null where none are given.</summary>
    /// <inheritdoc cref="Read"/>
    public static DocumentMetadata? Metadata(IReadOnlyDictionary<string, JsonElement>? members) =>
        members is null ? null : Checked(() => DocumentMetadata.Of(members));

    private static T Checked<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException ex)
        {
            throw Problems.Bad(ex.Message);
        }
    }
}
