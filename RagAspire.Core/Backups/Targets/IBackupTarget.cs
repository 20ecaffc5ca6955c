using RagAspire.Maintenance;

namespace RagAspire.Backups.Targets;

/// <summary>
/// A place for backups, each a handful of files under its id. A backup is there when its manifest is, which
/// <see cref="PublishAsync"/> writes last; everything else under an id is a partial one.
/// </summary>
public interface IBackupTarget
{
    /// <summary>The place's name for people; no secrets.</summary>
    string Place { get; }

    /// <summary>Whether it can be written to, and how much is free; null where nobody can say how much.</summary>
    /// <exception cref="MaintenanceException">It cannot be written to.</exception>
    Task<long?> FreeBytesAsync(CancellationToken cancellationToken);

    /// <summary>The ids of all backups that have a manifest.</summary>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The ids of what has none.</summary>
    Task<IReadOnlyList<string>> ListPartialAsync(CancellationToken cancellationToken);

    /// <summary>Writes a file of a backup that is not published; after an exception the file is not there.</summary>
    Task WriteAsync(string backup, string file, Func<Stream, Task> write, CancellationToken cancellationToken);

    /// <summary>Makes it a backup, in one step.</summary>
    Task PublishAsync(string backup, byte[] manifest, CancellationToken cancellationToken);

    /// <summary>A file of a published backup, from its beginning; null when there is none.</summary>
    Task<Stream?> OpenAsync(string backup, string file, CancellationToken cancellationToken);

    /// <summary>Removes a backup, published or not: the manifest first, so that half of it is none.</summary>
    Task DeleteAsync(string backup, CancellationToken cancellationToken);
}
