using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RagAspire.Backups.Files;

/// <summary>
/// What a backup holds, as <c>manifest.json</c> beside it. It is written last: without it there is no backup. It is never
/// encrypted and holds no secrets.
/// </summary>
/// <param name="Format">1; a program that does not know the number refuses.</param>
/// <param name="CreatedAt">The moment that it holds, by the server's clock.</param>
/// <param name="Product">The version of RagAspire that wrote it.</param>
/// <param name="Installation">Which data it is of; what is restored gets an identity of its own.</param>
/// <param name="Method">"pg_dump" or "copy".</param>
/// <param name="Tool">The version of pg_dump; null for copy.</param>
/// <param name="Encryption">"age" or "gpg"; null when everybody can read it.</param>
/// <param name="NewestIndexChange">The last change of searchable passages that is in it.</param>
/// <param name="Vectors">Why there is no copy of the vector index.</param>
/// <param name="LeftOut">What the database holds and the backup does not, and why.</param>
public sealed record BackupManifest(
    int Format,
    string Id,
    DateTimeOffset CreatedAt,
    string Product,
    Guid Installation,
    string Server,
    string Method,
    string? Tool,
    string? Encryption,
    IReadOnlyList<BackupFile> Files,
    IReadOnlyList<BackupTable> Tables,
    IReadOnlyList<BackupSequence> Sequences,
    IReadOnlyList<BackupMigration> Migrations,
    long NewestIndexChange,
    string Vectors,
    string LeftOut)
{
    public const int KnownFormat = 1;
    public const string FileName = "manifest.json";

    /// <summary>All files with their checksums, as <c>sha256sum --check</c> reads it.</summary>
    public const string SumsName = "SHA256SUMS";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = false,
    };

    [JsonIgnore]
    public long SizeBytes => Files.Sum(file => file.Bytes);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <exception cref="DamagedBackupException">It cannot be read, or is of a later program.</exception>
    public static BackupManifest Read(byte[] json)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize<BackupManifest>(json, Json);
            if (manifest is { Format: KnownFormat, Files.Count: > 0, Tables: not null, Migrations: not null, Sequences: not null })
            {
                return manifest;
            }

            throw new DamagedBackupException(manifest is null or { Format: KnownFormat }
                ? "The manifest is incomplete."
                : $"The manifest has the format {manifest.Format}, and this program knows {KnownFormat}.");
        }
        catch (JsonException ex)
        {
            throw new DamagedBackupException($"The manifest cannot be read: {ex.Message}", ex);
        }
    }
}

/// <summary>One file as it lies there, encrypted where the backup is.</summary>
/// <param name="Sha256">In hexadecimal digits.</param>
public sealed record BackupFile(string Name, long Bytes, string Sha256);

/// <summary>One table in the snapshot.</summary>
/// <param name="File">The file with its rows; null for pg_dump, which has all in one.</param>
/// <param name="Columns">Those that the file has, in order; null for pg_dump.</param>
public sealed record BackupTable(string Name, long Rows, string? File, IReadOnlyList<string>? Columns);

/// <summary>Where a sequence stands; it may be further than the snapshot, never behind it.</summary>
public sealed record BackupSequence(string Name, long LastValue);

/// <summary>A migration that the schema had.</summary>
public sealed record BackupMigration(string Name, string Sha256);

/// <summary>The backup is not what it was when it was written, or not a backup at all; the message says where.</summary>
public sealed class DamagedBackupException(string reason, Exception? innerException = null) : Exception(reason, innerException);
