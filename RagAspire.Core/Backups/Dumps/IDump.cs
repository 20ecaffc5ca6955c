using Npgsql;
using RagAspire.Backups.Files;

namespace RagAspire.Backups.Dumps;

/// <summary>One way to write the database into files and back.</summary>
public interface IDump
{
    /// <summary>"pg_dump" or "copy", as it stands in the manifest.</summary>
    string Method { get; }

    /// <summary>Writes the snapshot.</summary>
    /// <param name="connection">The connection string of its database.</param>
    Task<DumpContents> WriteAsync(
        Snapshot snapshot, NpgsqlConnectionStringBuilder connection, BackupWriter writer, CancellationToken cancellationToken);

    /// <summary>Looks at what the files hold, decrypted, and at their checksums on the way.</summary>
    /// <returns>What was looked at, for people.</returns>
    /// <exception cref="DamagedBackupException">It cannot be restored from.</exception>
    Task<string> InspectAsync(BackupReader reader, CancellationToken cancellationToken);

    /// <summary>Fills an empty database, completely or not at all.</summary>
    Task LoadAsync(BackupReader reader, NpgsqlConnectionStringBuilder target, CancellationToken cancellationToken);
}

/// <summary>What a dump came to.</summary>
/// <param name="Tool">The program's version; null where there was none.</param>
public sealed record DumpContents(string? Tool, IReadOnlyList<BackupTable> Tables);
