using Microsoft.Extensions.Options;
using RagAspire.Backups.Files;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Targets;

/// <summary>The place where backups of this system lie, and how they are read and written there.</summary>
public sealed class BackupPlace(IBackupTarget target, Cipher cipher, IOptions<BackupOptions> options)
{
    public IBackupTarget Target { get; } = target;

    /// <summary>For people.</summary>
    public string Name => Target.Place;

    public string? Encryption => cipher.Current;

    public BackupWriter Writer(string backup) => new(backup, Target, cipher, Throttle(gently: true));

    /// <param name="backup">An id at this place, or a directory with a backup anywhere.</param>
    /// <param name="gently">People are searching meanwhile; false where somebody waits for the restored data.</param>
    /// <exception cref="MaintenanceException">It is neither.</exception>
    /// <exception cref="DamagedBackupException">It has no good manifest.</exception>
    public async Task<BackupReader> OpenAsync(string backup, bool gently, CancellationToken cancellationToken)
    {
        if (BackupId.IsOne(backup))
        {
            return await BackupReader.OpenAsync(backup, Target, cipher, Throttle(gently), cancellationToken);
        }

        var directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(backup));
        return BackupId.IsOne(Path.GetFileName(directory)) && Directory.Exists(directory)
            ? await BackupReader.OpenAsync(
                Path.GetFileName(directory), new DirectoryTarget(Path.GetDirectoryName(directory)!), cipher, Throttle(gently), cancellationToken)
            : throw new MaintenanceException($"'{backup}' is neither the id of a backup in {Name} nor the directory of one.");
    }

    /// <summary>The newest backup that has a manifest; for the day on which the database is gone, and its list with it.</summary>
    public async Task<string?> NewestAsync(CancellationToken cancellationToken) =>
        (await Target.ListAsync(cancellationToken)).Max(StringComparer.Ordinal);

    /// <summary>Who wants no limit wants no rests.</summary>
    private StreamThrottle Throttle(bool gently) => new(options.Value.MegabytesPerSecond * (1L << 20), gently && options.Value.MegabytesPerSecond > 0);
}
