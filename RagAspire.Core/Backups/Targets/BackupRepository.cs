using Microsoft.Extensions.Options;
using RagAspire.Backups.Files;
using RagAspire.Backups.Signing;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Targets;

/// <summary>Reads and writes backups at the configured destination, with the configured encryption and throttle.</summary>
public sealed class BackupRepository(
    IBackupTarget target, AgeEncryption encryption, ManifestReader manifests, SigningKeys keys, IOptions<BackupOptions> options)
{
    public IBackupTarget Target { get; } = target;

    /// <summary>The name of the destination for operators.</summary>
    public string Place => Target.Place;

    /// <summary>The encryption of new backups; null for none.</summary>
    public string? Encryption => encryption.Current;

    /// <summary>The key that signs new backups.</summary>
    /// <exception cref="MaintenanceException">It cannot be read or created, or the machine has only public keys.</exception>
    internal ISigner CurrentKey() => keys.Current();

    /// <param name="expectedBytes">An upper estimate of the size.</param>
    public BackupWriter Writer(string backup, long expectedBytes) =>
        new(backup, expectedBytes, Target, encryption, Throttle(inBackground: true));

    /// <summary>Opens a backup and checks its manifest.</summary>
    /// <param name="backup">The id of a backup at the destination, or the path of a backup's directory anywhere.</param>
    /// <param name="inBackground">Whether to pause for the sake of searches; false where an operator waits for the data.</param>
    /// <param name="acceptUnsigned">Whether a missing signature, or one with an unknown key, is accepted.</param>
    /// <exception cref="MaintenanceException"><paramref name="backup"/> is neither.</exception>
    /// <exception cref="DamagedBackupException">The manifest is missing, malformed or changed.</exception>
    /// <exception cref="UntrustedBackupException">The signature is missing or wrong, or its key is unknown.</exception>
    public async Task<BackupReader> OpenAsync(
        string backup, bool inBackground, bool acceptUnsigned, CancellationToken cancellationToken)
    {
        var (id, place) = Locate(backup);
        var manifest = await manifests.ReadAsync(id, place, acceptUnsigned, cancellationToken);
        return new BackupReader(manifest, place, encryption, Throttle(inBackground));
    }

    /// <summary>
    /// The newest complete backup, without the database, which may be lost. A newer one that cannot be trusted is passed over,
    /// because a forged one would be given the latest time.
    /// </summary>
    /// <param name="passedOver">Gets the id of each newer backup that is passed over, and why.</param>
    public async Task<string?> NewestAsync(
        bool acceptUnsigned, Action<string, string> passedOver, CancellationToken cancellationToken)
    {
        foreach (var id in (await Target.ListAsync(cancellationToken)).OrderDescending(StringComparer.Ordinal))
        {
            try
            {
                await manifests.ReadAsync(id, Target, acceptUnsigned, cancellationToken);
                return id;
            }
            catch (UntrustedBackupException ex)
            {
                passedOver(id, ex.Message);
            }
        }

        return null;
    }

    private (string Id, IBackupTarget Place) Locate(string backup)
    {
        if (BackupId.IsValid(backup))
        {
            return (backup, Target);
        }

        var directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(backup));
        var id = Path.GetFileName(directory);
        return BackupId.IsValid(id) && Directory.Exists(directory)
            ? (id, new DirectoryTarget(Path.GetDirectoryName(directory)!))
            : throw new MaintenanceException($"'{backup}' is neither the id of a backup in {Place} nor the directory of one.");
    }

    /// <summary>Without a rate limit there are no pauses either.</summary>
    private StreamThrottle Throttle(bool inBackground) =>
        new(options.Value.MegabytesPerSecond * (1L << 20), inBackground && options.Value.MegabytesPerSecond > 0);
}
