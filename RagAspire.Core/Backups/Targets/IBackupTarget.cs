using RagAspire.Maintenance;

namespace RagAspire.Backups.Targets;

/// <summary>
/// A destination of backups. Each backup is a few files under its id. It is complete when its manifest exists, which
/// <see cref="PublishAsync"/> writes last; any other files under an id are a partial backup.
/// </summary>
public interface IBackupTarget
{
    /// <summary>The name of the destination for operators, without secrets.</summary>
    string Place { get; }

    /// <summary>Checks that the destination can be written to.</summary>
    /// <returns>The free space in bytes; null where it is unknown.</returns>
    /// <exception cref="MaintenanceException">It cannot be written to.</exception>
    Task<long?> FreeBytesAsync(CancellationToken cancellationToken);

    /// <summary>The ids of complete backups, the oldest first.</summary>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The ids of partial backups, the oldest first.</summary>
    Task<IReadOnlyList<string>> ListPartialAsync(CancellationToken cancellationToken);

    /// <summary>Writes a file of a partial backup. The file exists only if this succeeds.</summary>
    /// <param name="expectedBytes">An upper estimate of the size.</param>
    /// <param name="write">Writes the contents, asynchronously only.</param>
    Task WriteAsync(
        string backup, string file, long expectedBytes, Func<Stream, Task> write, CancellationToken cancellationToken);

    /// <summary>Completes a backup in one step.</summary>
    Task PublishAsync(string backup, byte[] manifest, CancellationToken cancellationToken);

    /// <summary>Opens a file of a complete backup; null when it does not exist.</summary>
    Task<Stream?> OpenAsync(string backup, string file, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes a backup, complete or partial. The manifest goes first, so that an interrupted deletion leaves a partial one.
    /// </summary>
    Task DeleteAsync(string backup, CancellationToken cancellationToken);
}
