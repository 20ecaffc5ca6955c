namespace RagAspire.Client;

/// <summary>A received batch.</summary>
/// <param name="Files">Each file in the order of the archive.</param>
public sealed record BatchReceipt(Guid Id, string Collection, int Count, IReadOnlyList<BatchFile> Files);

/// <summary>One file of a batch.</summary>
/// <param name="Outcome">accepted, known or rejected.</param>
/// <param name="Code">The status that an upload of this file alone would have had.</param>
/// <param name="Reason">Why it was rejected; null otherwise.</param>
public sealed record BatchFile(string Name, string Outcome, int Code, string? Reason, Guid? DocumentId);

/// <summary>What has become of a batch.</summary>
/// <param name="EndedAt">Null while files are received, and where the request broke off.</param>
/// <param name="Error">Why the rest of the batch could not be read.</param>
public sealed record DocumentBatch(
    Guid Id, string Collection, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, string? Error, int Files)
{
    /// <summary>Files by the status of their document now, or rejected, or deleted.</summary>
    public IReadOnlyDictionary<string, int> Statuses { get; init; } = new Dictionary<string, int>();

    /// <summary>Most frequent first, at most 100.</summary>
    public IReadOnlyList<BatchReason> Reasons { get; init; } = [];
}

/// <summary>How many files have a reason: of a failed document, or why a file was rejected.</summary>
public sealed record BatchReason(string Reason, int Count);

/// <summary>What an import took in. Repeating it changes nothing that is here.</summary>
/// <param name="Documents">In the archive.</param>
/// <param name="Imported">Taken in now, or completed after an import that was broken off.</param>
/// <param name="Unchanged">That were here already, with the same bytes.</param>
/// <param name="Kept">That are here with other bytes and were left as they are.</param>
/// <param name="Rejected">Whose original this system does not take.</param>
/// <param name="ProcessedAgain">Documents whose text is read from the original again.</param>
/// <param name="EmbeddedAgain">Chunks that the embedding model is asked for again.</param>
/// <param name="Notes">Why something is done again or was left out.</param>
public sealed record ImportReport(
    string Collection, int Documents, int Imported, int Unchanged, int Kept, int Rejected, int Chunks, int Vectors,
    int ProcessedAgain, int EmbeddedAgain, IReadOnlyList<string> Notes);
