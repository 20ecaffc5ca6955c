using RagAspire.Metadata;

namespace RagAspire.Documents.Intake;

/// <summary>A completely received file on disk.</summary>
/// <param name="Path">A temporary file; its owner deletes it.</param>
/// <param name="ContentType">Detected from its content.</param>
/// <param name="UploadedBy">The id of the API key; null for none.</param>
/// <param name="ExternalId">The id of the document in the client's system; null for none.</param>
public sealed record UploadedFile(
    string Path,
    string Name,
    string ContentType,
    long SizeBytes,
    byte[] Sha256,
    string? UploadedBy = null,
    string? ExternalId = null)
{
    /// <summary>The source that it comes from; null for an upload.</summary>
    public DocumentSource? Source { get; init; }

    /// <summary>The groups that see it, distinct and in order; null for those of the version before, or the default.</summary>
    public string[]? Groups { get; init; }

    /// <summary>What it is about; null for what the version before says, or nothing.</summary>
    public DocumentMetadata? Metadata { get; init; }

    /// <summary>The groups of a new document where none are given: those of the API key.</summary>
    public string[] DefaultGroups { get; init; } = [];

    internal string[] GroupsWhenNew => Groups ?? DefaultGroups;
}

/// <summary>The result of an upload.</summary>
/// <param name="IsNew">False when the same bytes were there already; <see cref="Document.Changed"/> tells what else has changed.</param>
public sealed record IntakeResult(Document Document, bool IsNew);
