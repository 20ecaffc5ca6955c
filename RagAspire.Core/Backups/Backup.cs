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

    /// <summary>Its signature is missing or wrong, so its origin is unknown: it may be forged.</summary>
    Untrusted,

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
/// <param name="SigningKey">The id of the key that signed its manifest; null for backups of earlier versions.</param>
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
    string? DrillError,
    string? SigningKey)
{
    /// <summary>It is signed and no error is known, so it can be restored.</summary>
    [JsonIgnore]
    public bool IsGood => HasNoError && SigningKey is not null;

    /// <summary>An earlier version made it, which did not sign. No error is known, but its origin cannot be proved.</summary>
    [JsonIgnore]
    public bool IsUnsigned => HasNoError && SigningKey is null;

    /// <summary>Its files exist, good or not.</summary>
    [JsonIgnore]
    public bool IsPresent => HasNoError || Status is BackupStatus.Damaged or BackupStatus.Untrusted;

    private bool HasNoError => Status is BackupStatus.Complete or BackupStatus.Verified;
}
