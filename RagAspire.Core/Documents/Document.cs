using System.Text.Json.Serialization;

namespace RagAspire.Documents;

/// <summary>The state of a document between upload and search.</summary>
[JsonConverter(typeof(EnumWordConverter<DocumentStatus>))]
public enum DocumentStatus
{
    Pending,
    Processing,
    Ready,
    Failed,
}

/// <summary>The stage of a document that is processing.</summary>
[JsonConverter(typeof(EnumWordConverter<DocumentStage>))]
public enum DocumentStage
{
    Extract,
    Chunk,
    Embed,
    Index,
}

/// <summary>An uploaded document; one row of <c>documents</c>.</summary>
/// <param name="Version">The newest version that was uploaded, from 1.</param>
/// <param name="ReadyVersion">The version that is searched; null until one is ready.</param>
/// <param name="Progress">0–100 over all stages.</param>
/// <param name="Attempts">How often processing of this version began.</param>
/// <param name="Error">Why it failed, or why it waits.</param>
public sealed record Document(
    Guid Id,
    string Collection,
    string Name,
    string ContentType,
    long SizeBytes,
    string Sha256,
    int Version,
    int? ReadyVersion,
    DocumentStatus Status,
    DocumentStage? Stage,
    int Progress,
    int Attempts,
    string? Error,
    int ChunkCount,
    IReadOnlyDictionary<string, string> Tags,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? IndexedAt);
