using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Files;

/// <summary>
/// The contents of a backup, in its file <c>manifest.json</c>. It is written last: a backup without it is partial. It is
/// never encrypted and contains no secrets.
/// </summary>
/// <param name="Format">The version of this file's format, 1.</param>
/// <param name="CreatedAt">The time of the snapshot, by the server's clock.</param>
/// <param name="Product">The version of RagAspire that made the backup.</param>
/// <param name="Installation">The identity of the data; restored data gets a new one.</param>
/// <param name="Server">The version of the PostgreSQL server.</param>
/// <param name="Method">"pg_dump"; backups of earlier versions may have "copy".</param>
/// <param name="Tool">The version of pg_dump.</param>
/// <param name="Encryption">"age", or null for plain files; backups of earlier versions may have "gpg".</param>
/// <param name="NewestIndexChange">The number of the last change of searchable chunks in the snapshot.</param>
/// <param name="Vectors">Why there is no copy of the vector index.</param>
/// <param name="LeftOut">Parts of the database that are not in the backup, and why.</param>
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
    IReadOnlyList<BackupMigration> Migrations,
    long NewestIndexChange,
    string Vectors,
    string LeftOut)
{
    public const int CurrentFormat = 1;
    public const string FileName = "manifest.json";
    public const string PgDumpMethod = "pg_dump";

    /// <summary>The name of the list of checksums for <c>sha256sum --check</c>.</summary>
    public const string SumsName = "SHA256SUMS";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = false,
    };

    /// <summary>The id of the key that signs this file; null where no signature proves it.</summary>
    public string? SigningKey { get; init; }

    [JsonIgnore]
    public long SizeBytes => Files.Sum(file => file.Bytes);

    /// <exception cref="DamagedBackupException">The manifest does not list exactly one file.</exception>
    [JsonIgnore]
    public BackupFile DumpFile => Files is [var file]
        ? file
        : throw new DamagedBackupException($"The manifest lists {Files.Count} files, and a dump is one file.");

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <exception cref="DamagedBackupException">The manifest is malformed, or of a later format.</exception>
    public static BackupManifest Read(byte[] json)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize<BackupManifest>(json, Json);
            if (manifest is { Format: CurrentFormat, Files.Count: > 0, Tables: not null, Migrations: not null })
            {
                return manifest;
            }

            throw new DamagedBackupException(manifest is null or { Format: CurrentFormat }
                ? "The manifest is incomplete."
                : $"The manifest has the format {manifest.Format}, and this version reads the format {CurrentFormat}.");
        }
        catch (JsonException ex)
        {
            throw new DamagedBackupException($"The manifest is malformed: {ex.Message}", ex);
        }
    }

    /// <summary>Refuses backups that this version cannot restore, which are not damaged.</summary>
    /// <exception cref="MaintenanceException">The method or the encryption is not supported.</exception>
    public void RequireSupported()
    {
        if (Method != PgDumpMethod)
        {
            throw new MaintenanceException(
                $"The backup {Id} was made by the method '{Method}', which this version does not read: use version {Product}, "
                + "which made it.");
        }

        if (Encryption is not (null or AgeEncryption.Name))
        {
            throw new MaintenanceException(
                $"The backup {Id} is encrypted by '{Encryption}', which this version does not read: use version {Product}, "
                + "which made it.");
        }
    }
}

/// <summary>A file of a backup, encrypted where the backup is.</summary>
/// <param name="Sha256">The checksum in lower-case hexadecimal digits.</param>
public sealed record BackupFile(string Name, long Bytes, string Sha256)
{
    /// <summary>
    /// The checksums of the file's blocks of <see cref="BlockChecksums.BlockBytes"/>, by which each is checked before a program
    /// reads it; null in backups of earlier versions.
    /// </summary>
    public IReadOnlyList<string>? Blocks { get; init; }

    /// <summary>The file's line in the list of checksums.</summary>
    [JsonIgnore]
    public string SumsLine => $"{Sha256}  {Name}";

    public static BackupFile Of(string name, byte[] content) =>
        new(name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));
}

/// <summary>A table with the number of its rows in the snapshot.</summary>
public sealed record BackupTable(string Name, long Rows);

/// <summary>An applied migration of the schema.</summary>
public sealed record BackupMigration(string Name, string Sha256);

/// <summary>The backup is incomplete or differs from the one that was written; the message says where.</summary>
public sealed class DamagedBackupException(string reason, Exception? innerException = null) : Exception(reason, innerException);
