using System.Collections.ObjectModel;
using System.Text.Json;
using RagAspire.Documents;
using RagAspire.Extraction;

namespace RagAspire.Transfer;

/// <summary>The first entry of an archive of a collection.</summary>
/// <param name="Format">Always <see cref="Name"/>.</param>
/// <param name="Version">Raised with every change that an older release cannot read.</param>
/// <param name="Analysis">Names the way in which the terms of the chunks were made.</param>
public sealed record TransferManifest(string Format, int Version, string Collection, DateTimeOffset CreatedAt, string Analysis)
{
    public const string Name = "ragaspire-collection";

    public const int Current = 1;

    internal const string Path = "manifest.json";
}

/// <summary>The first line of a document's entry; a line for each chunk follows.</summary>
/// <param name="Status">Ready documents come with their chunks; failed ones with the error; all others are to be processed.</param>
/// <param name="Model">Whose vectors the chunks have; null for none.</param>
/// <param name="ParentId">The document of the archive that it was inside of; null for none.</param>
internal sealed record TransferDocument(
    Guid Id,
    string Name,
    string ContentType,
    long SizeBytes,
    string Sha256,
    int Version,
    DocumentStatus Status,
    string? Error,
    int ChunkCount,
    IReadOnlyDictionary<string, string> Tags,
    string? ExternalId,
    DateTimeOffset CreatedAt,
    IReadOnlyList<ExtractionWarning> Warnings,
    Coverage? Coverage,
    string? Model,
    Guid? ParentId = null)
{
    /// <summary>Archives of earlier releases have none.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Archives of earlier releases have none.</summary>
    public IReadOnlyDictionary<string, JsonElement> Metadata { get; init; } = ReadOnlyDictionary<string, JsonElement>.Empty;

    /// <summary>Archives of earlier releases have none.</summary>
    public IReadOnlyDictionary<string, JsonElement> Properties { get; init; } = ReadOnlyDictionary<string, JsonElement>.Empty;
}

/// <summary>A chunk with its place.</summary>
/// <param name="Vector">32-bit floats in little-endian order; null where the model had not come to it.</param>
internal sealed record TransferChunk(
    int Ordinal, string Text, string? Section, int? Page, int TokenCount, ChunkPlace? Place, string? Lead, byte[]? Vector);

/// <summary>One line of the last entry.</summary>
internal sealed record TransferChecksum(string Path, string Sha256);

/// <summary>Where things are in the archive.</summary>
internal static class TransferPaths
{
    public const string Checksums = "checksums.jsonl";

    public static string Document(Guid id) => $"documents/{id}.jsonl";

    public static string Original(Guid id) => $"originals/{id}";
}

internal static class TransferJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };
}

/// <summary>What an import has done.</summary>
/// <param name="Documents">In the archive.</param>
/// <param name="Imported">Taken in now, or completed after an import that was broken off.</param>
/// <param name="Unchanged">That were here already, with the same bytes.</param>
/// <param name="Kept">That are here with other bytes and were left as they are.</param>
/// <param name="Rejected">Whose original this system does not take.</param>
/// <param name="Chunks">Taken from the archive.</param>
/// <param name="Vectors">Taken from the archive; no model was asked for them.</param>
/// <param name="ProcessedAgain">Documents whose text is read from the original again.</param>
/// <param name="EmbeddedAgain">Chunks that the embedding model is asked for again.</param>
/// <param name="Notes">Why something is done again or was left out, at most 100.</param>
public sealed record ImportReport(
    string Collection, int Documents, int Imported, int Unchanged, int Kept, int Rejected, int Chunks, int Vectors,
    int ProcessedAgain, int EmbeddedAgain, IReadOnlyList<string> Notes);

/// <summary>An archive is damaged, of another format, or from a newer release. Nothing of it was taken in.</summary>
public sealed class TransferException(string reason, Exception? innerException = null) : Exception(reason, innerException);
