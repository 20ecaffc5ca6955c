using System.Text.Json;

namespace RagAspire.Client;

/// <summary>An uploaded document.</summary>
/// <param name="ReadyVersion">The version that is searched; null until one is ready.</param>
/// <param name="Status">A word of <see cref="DocumentStatus"/>.</param>
/// <param name="Stage">extract, chunk, embed or index, while it is processing.</param>
/// <param name="Progress">0–100 over all stages.</param>
/// <param name="Error">Why it failed, or why it waits.</param>
public sealed record Document(
    Guid Id,
    string Collection,
    string Name,
    string ContentType,
    long SizeBytes,
    int Version,
    int? ReadyVersion,
    string Status,
    string? Stage,
    int Progress,
    string? Error,
    int ChunkCount,
    IReadOnlyDictionary<string, string> Tags,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>The groups that see it; empty for everyone who may read the collection.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>What it is about: strings, numbers, true and false, and lists of these.</summary>
    public IReadOnlyDictionary<string, JsonElement> Metadata { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>What the file says of itself. It is in the metadata unless an upload gave another value.</summary>
    public IReadOnlyDictionary<string, JsonElement> Properties { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>The document that it was inside of, such as a mail; null for one that was uploaded.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>How many documents were inside of it, such as attachments.</summary>
    public int Children { get; init; }

    /// <summary>What could not be read of the searched version.</summary>
    public IReadOnlyList<ExtractionWarning> Warnings { get; init; } = [];

    /// <summary>How much of the searched version has text; null where it has no pages, slides, sheets or records.</summary>
    public Coverage? Coverage { get; init; }

    /// <summary>What an upload of the same bytes has changed: name, tags, groups; null elsewhere.</summary>
    public IReadOnlyList<string>? Changed { get; init; }

    /// <summary>How far the vectors of the searched version are; null where none are computed.</summary>
    public EmbeddingState? Embedding { get; init; }

    /// <summary>Processing has ended.</summary>
    public bool IsFinal => DocumentStatus.IsFinal(Status);
}

/// <summary>The words of a document's status.</summary>
public static class DocumentStatus
{
    public const string Pending = "pending";
    public const string Processing = "processing";
    public const string Ready = "ready";
    public const string Failed = "failed";

    public static IReadOnlyList<string> All { get; } = [Pending, Processing, Ready, Failed];

    public static bool IsFinal(string status) => status is Ready or Failed;
}

/// <summary>What could not be read.</summary>
/// <param name="Code">Such as pages-without-text.</param>
/// <param name="Where">Such as "4-9"; null where there is no place.</param>
public sealed record ExtractionWarning(string Code, string? Where, int Count);

/// <summary>How much of a document has text.</summary>
/// <param name="Unit">page, slide, sheet or record.</param>
public sealed record Coverage(string Unit, int Read, int All);

/// <summary>How many chunks of a document have a vector.</summary>
public sealed record EmbeddingState(string Model, int Done, int Of);

/// <summary>The progress of a document, an event of its stream.</summary>
/// <param name="Warnings">What could not be read; null until it is ready.</param>
/// <param name="Coverage">How much has text; null until it is ready, and where it has no pages.</param>
public sealed record DocumentProgress(
    Guid DocumentId,
    int Version,
    string Status,
    string? Stage,
    int Progress,
    string? Error,
    int ChunkCount,
    IReadOnlyList<ExtractionWarning>? Warnings,
    Coverage? Coverage);

/// <summary>Which failed documents to process again; a reason or the status must be given.</summary>
/// <param name="Reason">A part of their error.</param>
/// <param name="Status">"failed" for all that failed.</param>
public sealed record RetryRequest(string? Collection = null, string? Reason = null, string? Status = null);

/// <summary>How many documents wait for processing again.</summary>
public sealed record RetriedDocuments(string Collection, int Retried);

/// <summary>What went with a document.</summary>
/// <param name="Children">The documents that were inside of it.</param>
public sealed record DeletedDocument(Guid DocumentId, string Collection, int Chunks, int Vectors, int Children);

/// <summary>A chunk of a document's searched version.</summary>
/// <param name="Place">Null where it was processed by an earlier release.</param>
public sealed record DocumentChunk(Guid Id, int Ordinal, string Text, int? Page, string? Section, int Tokens, ChunkPlace? Place);

/// <summary>Where a chunk stands in its document's text, in UTF-16 code units.</summary>
/// <param name="HeaderLength">How much of the chunk's beginning repeats the header of a table.</param>
public sealed record ChunkPlace(int Start, int End, int HeaderLength);

/// <summary>A collection and what it holds.</summary>
/// <param name="Documents">All, whatever their status.</param>
/// <param name="UpdatedAt">When one of its documents was last changed; null while it has none.</param>
public sealed record CollectionSummary(
    string Name, int Documents, int Ready, int Failed, long ChunkCount, long SizeBytes, DateTimeOffset? UpdatedAt);

/// <summary>Which documents to list.</summary>
/// <param name="Q">Full text over the chunks of the documents.</param>
/// <param name="After">The <c>next</c> of the page before.</param>
/// <param name="ParentId">The document that they were inside of.</param>
/// <param name="Filter">What they must fulfil.</param>
public sealed record DocumentListRequest(
    string? Collection = null, string? Status = null, string? Q = null, string? After = null, int Limit = 50,
    Guid? ParentId = null, FilterNode? Filter = null);

/// <summary>What a document is called and labelled with from now on; what is null stays.</summary>
/// <param name="Tags">Replace all it has; empty for none.</param>
/// <param name="Metadata">Replace all it has; empty for none.</param>
public sealed record DocumentChangeRequest(
    string? Name = null, IReadOnlyDictionary<string, string>? Tags = null, IReadOnlyDictionary<string, object>? Metadata = null);

/// <summary>Who is to see a document.</summary>
/// <param name="Groups">Empty for everyone who may read the collection.</param>
public sealed record DocumentGroupsRequest(IReadOnlyList<string> Groups);

/// <summary>A file to upload.</summary>
/// <param name="Content">Read once, from where it stands.</param>
/// <param name="SizeBytes">Null where it is not known before its end.</param>
public sealed record FileUpload(string Name, Stream Content, long? SizeBytes)
{
    public string? Collection { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>What it is about: strings, numbers, true and false, and lists of these; null to keep what is known.</summary>
    public IReadOnlyDictionary<string, object>? Metadata { get; init; }

    /// <summary>The groups that are to see it; empty for those of the key, or everyone.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Is told how many bytes have been sent.</summary>
    public IProgress<long>? Sent { get; init; }
}
