using Microsoft.Extensions.Options;
using RagAspire.Backups.Files;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Targets;

/// <summary>Reads and writes backups at the configured destination, with the configured encryption and throttle.</summary>
public sealed class BackupRepository(IBackupTarget target, AgeEncryption encryption, IOptions<BackupOptions> options)
{
    public IBackupTarget Target { get; } = target;

    /// <summary>The name of the destination for operators.</summary>
    public string Place => Target.Place;

    /// <summary>The encryption of new backups; null for none.</summary>
    public string? Encryption => encryption.Current;

    /// <param name="expectedBytes">An upper estimate of the size.</param>
    public BackupWriter Writer(string backup, long expectedBytes) =>
        new(backup, expectedBytes, Target, encryption, Throttle(inBackground: true));

    /// <summary>Opens a backup and checks its manifest.</summary>
    /// <param name="backup">The id of a backup at the destination, or the path of a backup's directory anywhere.</param>
    /// <param name="inBackground">Whether to pause for the sake of searches; false where an operator waits for the data.</param>
    /// <exception cref="MaintenanceException"><paramref name="backup"/> is neither.</exception>
    /// <exception cref="DamagedBackupException">The manifest is missing, malformed or changed.</exception>
    public async Task<BackupReader> OpenAsync(string backup, bool inBackground, CancellationToken cancellationToken)
    {
        if (BackupId.IsValid(backup))
        {
            return await BackupReader.OpenAsync(backup, Target, encryption, Throttle(inBackground), cancellationToken);
        }

        var directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(backup));
        var id = Path.GetFileName(directory);
        return BackupId.IsValid(id) && Directory.Exists(directory)
            ? await BackupReader.OpenAsync(
                id, new DirectoryTarget(Path.GetDirectoryName(directory)!), encryption, Throttle(inBackground), cancellationToken)
            : throw new MaintenanceException($"'{backup}' is neither the id of a backup in {Place} nor the directory of one.");
    }

    /// <summary>The newest complete backup, without the database, which may be lost.</summary>
    public async Task<string?> NewestAsync(CancellationToken cancellationToken) =>
        (await Target.ListAsync(cancellationToken)).Max(StringComparer.Ordinal);

    /// <summary>Without a rate limit there are no pauses either.</summary>
    private StreamThrottle Throttle(bool inBackground) =>
        new(options.Value.MegabytesPerSecond * (1L << 20), inBackground && options.Value.MegabytesPerSecond > 0);
}
