using System.Text.Json.Serialization;

namespace RagAspire.Backups;

/// <summary>The state of a backup.</summary>
[JsonConverter(typeof(EnumWordConverter<BackupStatus>))]
public enum BackupStatus
{
    /// <summary>It is being written.</summary>
    Running,

    /// <summary>It is written and not yet verified.</summary>
    Complete,

    /// <summary>All of it was read and compared with its checksums.</summary>
    Verified,

    /// <summary>A verification or a restore drill found an error.</summary>
    Damaged,

    /// <summary>It was not completed.</summary>
    Failed,

    /// <summary>Its files disappeared without being deleted by retention.</summary>
    Missing,

    /// <summary>Retention deleted it.</summary>
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
