using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using RagAspire.Extraction;

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
    DateTimeOffset? IndexedAt)
{
    /// <summary>The id of the document in the client's system, unique in its collection; null for none.</summary>
    public string? ExternalId { get; init; }

    /// <summary>The groups that see it; empty for everyone who may read the collection.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>What it is about: strings, numbers, true and false, and lists of these, by which searches are filtered.</summary>
    public IReadOnlyDictionary<string, JsonElement> Metadata { get; init; } = ReadOnlyDictionary<string, JsonElement>.Empty;

    /// <summary>
    /// What the file of the searched version says of itself. It is in the metadata unless an upload gave another value.
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement> Properties { get; init; } = ReadOnlyDictionary<string, JsonElement>.Empty;

    /// <summary>The document that it was inside of, such as a mail; null for one that was uploaded.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>How many documents were inside of it, such as attachments, without those inside them.</summary>
    public int Children { get; init; }

    /// <summary>How many documents are around it.</summary>
    [JsonIgnore]
    public int Depth { get; init; }

    /// <summary>What could not be read of the searched version.</summary>
    public IReadOnlyList<ExtractionWarning> Warnings { get; init; } = [];

    /// <summary>How much of the searched version has text; null where it has no pages, slides, sheets or records.</summary>
    public Coverage? Coverage { get; init; }

    /// <summary>What an upload of the same bytes has changed: name, tags, metadata, groups, externalId; null elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Changed { get; init; }

    /// <summary>The id of the API key of the newest version; null where it is not known.</summary>
    [JsonIgnore]
    public string? UploadedBy { get; init; }

    /// <summary>The configured source that it is kept in step with; null for an upload.</summary>
    public DocumentSource? Source { get; init; }

    /// <summary>How far the vectors of the searched version are; null where none are computed.</summary>
    public EmbeddingState? Embedding { get; init; }
}

/// <summary>How many chunks of a document can be found by their meaning; all can be found by their words.</summary>
/// <param name="Done">Chunks with a vector of the model.</param>
/// <param name="Of">All chunks of the searched version.</param>
public sealed record EmbeddingState(string Model, int Done, int Of)
{
    [JsonIgnore]
    public bool IsDone => Done >= Of;
}
