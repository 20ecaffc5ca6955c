using System.ComponentModel.DataAnnotations;
using RagAspire.Backups.Drill;

namespace RagAspire.Backups;

/// <summary>How the database is written.</summary>
public enum BackupMethod
{
    /// <summary>pg_dump where one is found that knows the server's version, otherwise COPY.</summary>
    Auto,

    /// <summary>pg_dump or nothing.</summary>
    PgDump,

    /// <summary>COPY of every table, which needs nothing but the connection.</summary>
    Copy,
}

/// <summary>The program that encrypts.</summary>
public enum BackupCipher
{
    None,
    Age,
    Gpg,
}

/// <summary>Where backups go, how, and which are kept; section <c>Backups</c>.</summary>
public sealed class BackupOptions : IValidatableObject
{
    public const string Section = "Backups";

    /// <summary>Where backups go when no bucket is set; by default <c>backups</c> in the data directory.</summary>
    public string? Directory { get; set; }

    public BackupMethod Method { get; set; } = BackupMethod.Auto;

    /// <summary>The only directory in which PostgreSQL's programs are looked for; null for the PATH and the usual places.</summary>
    public string? ToolsDirectory { get; set; }

    /// <summary>
    /// Megabytes a second at which backups are written and read, at most; zero for no limit, and for no rests in between,
    /// which backup, check and drill have for the sake of those who search.
    /// </summary>
    [Range(0, 100_000)]
    public int MegabytesPerSecond { get; set; } = 100;

    public BackupCipher Encryption { get; set; } = BackupCipher.None;

    /// <summary>Who can read it: age's recipient, a key's id or fingerprint for gpg, or a file with public keys for either.</summary>
    public string? Recipient { get; set; }

    /// <summary>
    /// The private key's file, for restore, drill and the full check. Without it an encrypted backup is checked by its
    /// checksums alone; gpg without it uses the keyring of the account.
    /// </summary>
    public string? IdentityFile { get; set; }

    /// <summary>The newest backups that are kept whatever their age.</summary>
    [Range(1, 1000)]
    public int KeepLatest { get; set; } = 7;

    /// <summary>Days of which the last backup is kept.</summary>
    [Range(0, 3660)]
    public int KeepDaily { get; set; } = 14;

    /// <summary>Weeks of which the last backup is kept.</summary>
    [Range(0, 520)]
    public int KeepWeekly { get; set; } = 8;

    /// <summary>Months of which the last backup is kept.</summary>
    [Range(0, 120)]
    public int KeepMonthly { get; set; } = 12;

    /// <summary>The server on which the restore drill makes its database; null for the database's own.</summary>
    public string? DrillConnection { get; set; }

    /// <summary>Searches that the drill compares with the live ones.</summary>
    [Range(1, 1000)]
    public int DrillSearches { get; set; } = 20;

    /// <summary>Passages up to which the drill fills an index to search; it takes their memory.</summary>
    [Range(0, 100_000_000)]
    public int DrillIndexLimit { get; set; } = 200_000;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Encryption != BackupCipher.None && string.IsNullOrWhiteSpace(Recipient))
        {
            yield return new ValidationResult("Backups:Encryption needs Backups:Recipient, whose key can read the backups.", [nameof(Recipient)]);
        }
    }
}

/// <summary>A bucket of a store that speaks the S3 protocol; section <c>Backups:S3</c>.</summary>
public sealed class S3Options : IValidatableObject
{
    public const string Section = BackupOptions.Section + ":S3";

    /// <summary>Backups go to this bucket, which exists; null for the directory.</summary>
    public string? Bucket { get; set; }

    /// <summary>Before each object's name, such as <c>ragaspire/</c>.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>Such as <c>https://minio.example:9000</c>; null for Amazon's.</summary>
    public Uri? Endpoint { get; set; }

    public string Region { get; set; } = "us-east-1";

    /// <summary>Null with <see cref="SecretKey"/> for those that the environment, a profile or the machine has.</summary>
    public string? AccessKey { get; set; }

    public string? SecretKey { get; set; }

    /// <summary>The bucket stands in the path and not in the host's name, as most stores but Amazon's want it.</summary>
    public bool PathStyle { get; set; } = true;

    /// <summary>Megabytes of a part, which is what is held in memory; later parts of very large files are larger.</summary>
    [Range(5, 512)]
    public int PartMegabytes { get; set; } = 8;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrEmpty(AccessKey) != string.IsNullOrEmpty(SecretKey))
        {
            yield return new ValidationResult("Backups:S3:AccessKey and SecretKey are given together or not at all.", [nameof(SecretKey)]);
        }
    }
}
