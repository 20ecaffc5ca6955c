using System.Text.Json.Serialization;

namespace RagAspire.Backups;

/// <summary>The state of a backup.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BackupStatus>))]
public enum BackupStatus
{
    /// <summary>It is being written.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>It is written and not yet verified.</summary>
    [JsonStringEnumMemberName("complete")]
    Complete,

    /// <summary>All of it was read and compared with its checksums.</summary>
    [JsonStringEnumMemberName("verified")]
    Verified,

    /// <summary>A verification or a restore drill found an error.</summary>
    [JsonStringEnumMemberName("damaged")]
    Damaged,

    /// <summary>It was not completed.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Its files disappeared without being deleted by retention.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing,

    /// <summary>Retention deleted it.</summary>
    [JsonStringEnumMemberName("deleted")]
    Deleted,
}

/// <summary>A row of <c>backups</c>.</summary>
/// <param name="Place">The directory or bucket.</param>
/// <param name="Method">"pg_dump"; "copy" for backups of earlier versions.</param>
/// <param name="Encryption">"age", "gpg" for backups of earlier versions, or null for plain files.</param>
/// <param name="Actor">The API key or command line that requested it, or "schedule".</param>
/// <param name="Error">Why it failed or is damaged.</param>
/// <param name="DrilledAt">The time of the last restore drill with this backup.</param>
/// <param name="DrillError">Why that drill failed; null when it succeeded.</param>
public sealed record Backup(
    string Id,
    BackupStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt,
    string Place,
    string? Method,
    string? Encryption,
    long? SizeBytes,
    string Actor,
    string? Error,
    DateTimeOffset? VerifiedAt,
    DateTimeOffset? DrilledAt,
    double? DrillSeconds,
    string? DrillError)
{
    /// <summary>No error is known, so it can be restored.</summary>
    [JsonIgnore]
    public bool IsGood => Status is BackupStatus.Complete or BackupStatus.Verified;

    /// <summary>Its files exist, good or damaged.</summary>
    [JsonIgnore]
    public bool IsPresent => IsGood || Status == BackupStatus.Damaged;
}
