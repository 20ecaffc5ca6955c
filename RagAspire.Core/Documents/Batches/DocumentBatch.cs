using System.Text.Json.Serialization;

namespace RagAspire.Documents.Batches;

/// <summary>What became of a file of a batch when it was received.</summary>
[JsonConverter(typeof(EnumWordConverter<BatchOutcome>))]
public enum BatchOutcome
{
    /// <summary>Stored as a new document or version, and processed in the background.</summary>
    Accepted,

    /// <summary>The same bytes were there already.</summary>
    Known,

    /// <summary>Not stored, for the reason that is given.</summary>
    Rejected,
}

/// <summary>One file of a batch.</summary>
/// <param name="Name">From the path in the archive or the name in the form.</param>
/// <param name="Code">The status that an upload of this file alone would have had.</param>
/// <param name="Reason">Why it was rejected; null otherwise.</param>
public sealed record BatchFile(string Name, BatchOutcome Outcome, int Code, string? Reason, Guid? DocumentId);

/// <summary>How many files have a reason: of a failed document, or why a file was rejected.</summary>
public sealed record BatchReason(string Reason, int Count);

/// <summary>What has become of a batch.</summary>
/// <param name="EndedAt">Null while files are received, and where the request broke off.</param>
/// <param name="Error">Why the rest of the batch could not be read; null where all of it was.</param>
public sealed record DocumentBatch(
    Guid Id, string Collection, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, string? Error, int Files)
{
    /// <summary>The id of the API key that sent it; null where it is not known.</summary>
    [JsonIgnore]
    public string? KeyId { get; init; }

    /// <summary>
    /// Files by the status of their document now (<c>pending</c>, <c>processing</c>, <c>ready</c>, <c>failed</c>), or
    /// <c>rejected</c>, or <c>deleted</c>.
    /// </summary>
    public IReadOnlyDictionary<string, int> Statuses { get; init; } = new Dictionary<string, int>();

    /// <summary>Most frequent first, at most 100.</summary>
    public IReadOnlyList<BatchReason> Reasons { get; init; } = [];
}
