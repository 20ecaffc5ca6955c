using Microsoft.Extensions.Options;
using RagAspire.Maintenance.Backups.Targets;

namespace RagAspire.Maintenance.Backups;

/// <summary>The place where backups of this system lie, and how they are read and written there.</summary>
public sealed class BackupPlace(IBackupTarget target, Cipher cipher, IOptions<BackupOptions> options)
{
    public IBackupTarget Target { get; } = target;

    /// <summary>For people.</summary>
    public string Name => Target.Place;

    public string? Encryption => cipher.Current;

    public BackupWriter Writer(string backup) => new(backup, Target, cipher, BytesPerSecond);

    private long BytesPerSecond => options.Value.MegabytesPerSecond * (1L << 20);

    /// <param name="backup">An id at this place, or a directory with a backup anywhere.</param>
    /// <exception cref="MaintenanceException">It is neither.</exception>
    /// <exception cref="DamagedBackupException">It has no good manifest.</exception>
    public async Task<BackupReader> OpenAsync(string backup, CancellationToken cancellationToken)
    {
        if (BackupId.IsOne(backup))
        {
            return await BackupReader.OpenAsync(backup, Target, cipher, BytesPerSecond, cancellationToken);
        }

        var directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(backup));
        return BackupId.IsOne(Path.GetFileName(directory)) && Directory.Exists(directory)
            ? await BackupReader.OpenAsync(
                Path.GetFileName(directory), new DirectoryTarget(Path.GetDirectoryName(directory)!), cipher, BytesPerSecond, cancellationToken)
            : throw new MaintenanceException($"'{backup}' is neither the id of a backup in {Name} nor the directory of one.");
    }

    /// <summary>The newest backup that has a manifest; for the day on which the database is gone, and its list with it.</summary>
    public async Task<string?> NewestAsync(CancellationToken cancellationToken) =>
        (await Target.ListAsync(cancellationToken)).Max(StringComparer.Ordinal);
}
