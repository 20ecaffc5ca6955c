using System.ComponentModel.DataAnnotations;

namespace RagAspire.Backups.Targets;

/// <summary>A bucket of a store that speaks the S3 protocol; section <c>Backups:S3</c>.</summary>
public sealed class S3Options : IValidatableObject
{
    public const string Section = BackupOptions.Section + ":S3";

    /// <summary>An existing bucket for the backups; null for the directory.</summary>
    public string? Bucket { get; set; }

    /// <summary>The beginning of all object names, such as <c>ragaspire/</c>.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>The address of the store, such as <c>https://minio.example:9000</c>; null for Amazon S3.</summary>
    public Uri? Endpoint { get; set; }

    public string Region { get; set; } = "us-east-1";

    /// <summary>
    /// Null, together with <see cref="SecretKey"/>, for the credentials of the environment, a profile or the machine.
    /// </summary>
    public string? AccessKey { get; set; }

    public string? SecretKey { get; set; }

    /// <summary>Puts the bucket into the path and not into the host name, as most stores other than Amazon S3 require.</summary>
    public bool PathStyle { get; set; } = true;

    /// <summary>The size of a part in MiB, which is held in memory. Parts of very large backups are larger.</summary>
    [Range(5, 512)]
    public int PartMegabytes { get; set; } = 8;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrEmpty(AccessKey) != string.IsNullOrEmpty(SecretKey))
        {
            yield return new ValidationResult(
                "Backups:S3:AccessKey and Backups:S3:SecretKey must be set together.", [nameof(SecretKey)]);
        }
    }
}
