using System.ComponentModel.DataAnnotations;

namespace RagAspire.Backups;

/// <summary>Options of backups; section <c>Backups</c>.</summary>
public sealed class BackupOptions : IValidatableObject
{
    public const string Section = "Backups";

    /// <summary>The directory of the backups when no bucket is set; null for <c>backups</c> in the data directory.</summary>
    public string? Directory { get; set; }

    /// <summary>
    /// The only directory in which pg_dump and pg_restore are searched; null for the PATH and the usual directories.
    /// </summary>
    public string? ToolsDirectory { get; set; }

    /// <summary>
    /// The highest rate at which backups are written and read, in MiB per second. Backup, verification and drill also pause
    /// between pieces of work, so that they do not slow searches down. Zero switches both off.
    /// </summary>
    [Range(0, 100_000)]
    public int MegabytesPerSecond { get; set; } = 100;

    /// <summary>
    /// Encrypts new backups with age for this public key (age1…) or file of public keys; null for plain backups.
    /// </summary>
    public string? Recipient { get; set; }

    /// <summary>
    /// The file with the private key, for restore, drill and full verification. Without it only the checksums of an encrypted
    /// backup are verified.
    /// </summary>
    public string? IdentityFile { get; set; }

    /// <summary>
    /// The secret that signs the manifests of new backups, of at least 32 characters, such as 32 random bytes in Base64. It must
    /// not be kept beside the backups; a restore on another machine needs it.
    /// </summary>
    public string? SigningKey { get; set; }

    /// <summary>
    /// The file with that secret. Without both settings it is <c>backup-signing-key</c> in the data directory, which the first
    /// backup creates.
    /// </summary>
    public string? SigningKeyFile { get; set; }

    /// <summary>Earlier secrets, or the files with them: backups that they signed stay trusted.</summary>
    public IReadOnlyList<string> FormerSigningKeys { get; set; } = [];

    /// <summary>
    /// Instead of a secret, the private key that signs the manifests of new backups: Ed25519 in PKCS#8 PEM without a password.
    /// </summary>
    public string? SigningPrivateKey { get; set; }

    /// <summary>The file with that private key.</summary>
    public string? SigningPrivateKeyFile { get; set; }

    /// <summary>
    /// Public keys (Ed25519 in PEM), or the files with them: backups of their private keys are trusted. A machine that has no key
    /// beside them verifies and restores backups, and cannot make one.
    /// </summary>
    public IReadOnlyList<string> TrustedPublicKeys { get; set; } = [];

    /// <summary>
    /// A login that may do nothing, as which dumps are loaded, where the role of the connection may not create one. The role
    /// of the connection must be a member of it. Ignored on a server that does not have it.
    /// </summary>
    public string? RestoreRole { get; set; }

    /// <summary>The password of <see cref="RestoreRole"/>.</summary>
    public string? RestorePassword { get; set; }

    /// <summary>The file with that password, where it is not set itself.</summary>
    public string? RestorePasswordFile { get; set; }

    /// <summary>The number of newest backups that are kept whatever their age.</summary>
    [Range(1, 1000)]
    public int KeepLatest { get; set; } = 7;

    /// <summary>The number of days of which the last backup is kept.</summary>
    [Range(0, 3660)]
    public int KeepDaily { get; set; } = 14;

    /// <summary>The number of weeks of which the last backup is kept.</summary>
    [Range(0, 520)]
    public int KeepWeekly { get; set; } = 8;

    /// <summary>The number of months of which the last backup is kept.</summary>
    [Range(0, 120)]
    public int KeepMonthly { get; set; } = 12;

    /// <summary>The server on which the restore drill creates its database; null for the server of the live database.</summary>
    public string? DrillConnection { get; set; }

    /// <summary>The number of searches that the drill compares with the live index.</summary>
    [Range(1, 1000)]
    public int DrillSearches { get; set; } = 20;

    /// <summary>
    /// The number of chunks above which the drill does not compare searches, because its index lives in memory.
    /// </summary>
    [Range(0, 100_000_000)]
    public int DrillIndexLimit { get; set; } = 200_000;

    /// <summary>A setting of earlier versions, which could also dump by COPY. It is read only to refuse that.</summary>
    public string? Method { get; set; }

    /// <summary>A setting of earlier versions, which could also encrypt with GnuPG. It is read only to refuse that.</summary>
    public string? Encryption { get; set; }

    /// <summary>
    /// A backup that is made otherwise than its operator believes is found out too late, so settings that have no effect any
    /// more are errors.
    /// </summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var error in Signing.SigningSettings.Validate(this))
        {
            yield return error;
        }

        if (string.IsNullOrEmpty(RestoreRole)
            != (string.IsNullOrEmpty(RestorePassword) && string.IsNullOrEmpty(RestorePasswordFile)))
        {
            yield return new ValidationResult(
                "Backups:RestoreRole and Backups:RestorePassword or RestorePasswordFile must be set together.",
                [nameof(RestoreRole)]);
        }

        var hasRecipient = !string.IsNullOrWhiteSpace(Recipient);
        if (Method is { Length: > 0 } && !Is(Method, "PgDump") && !Is(Method, "Auto"))
        {
            yield return new ValidationResult(
                $"Backups:Method is '{Method}', but backups are made by pg_dump only: remove the setting.", [nameof(Method)]);
        }

        if (Encryption is { Length: > 0 } && !Is(Encryption, "Age") && !Is(Encryption, "None"))
        {
            yield return new ValidationResult(
                $"Backups:Encryption is '{Encryption}', but backups are encrypted by age only: remove the setting, and set "
                + "Backups:Recipient to an age public key.",
                [nameof(Encryption)]);
        }
        else if (Encryption is { Length: > 0 } && Is(Encryption, "Age") != hasRecipient)
        {
            yield return new ValidationResult(
                $"Backups:Encryption is '{Encryption}', but Backups:Recipient is {(hasRecipient ? "" : "not ")}set. The "
                + "recipient alone decides: set it for encrypted backups, and remove Backups:Encryption.",
                [nameof(Recipient)]);
        }
    }

    private static bool Is(string value, string word) => value.Equals(word, StringComparison.OrdinalIgnoreCase);
}
