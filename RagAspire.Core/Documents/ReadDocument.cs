using System.Collections.ObjectModel;
using System.Text.Json;
using RagAspire.Extraction;

namespace RagAspire.Documents;

/// <summary>What reading a version has brought.</summary>
/// <param name="Warnings">What could not be read.</param>
/// <param name="Coverage">How much has text; null where the format has no pages.</param>
public sealed record ReadDocument(int ChunkCount, IReadOnlyList<ExtractionWarning> Warnings, Coverage? Coverage)
{
    /// <summary>What the file says of itself.</summary>
    public IReadOnlyDictionary<string, JsonElement> Properties { get; init; } = ReadOnlyDictionary<string, JsonElement>.Empty;
}
