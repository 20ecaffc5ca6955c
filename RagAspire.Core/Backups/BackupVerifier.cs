using RagAspire.Backups.Dumps;
using RagAspire.Backups.Files;
using RagAspire.Backups.Targets;
using RagAspire.Maintenance;

namespace RagAspire.Backups;

/// <summary>What a check found.</summary>
/// <param name="Says">What was looked at, or what is damaged.</param>
public sealed record BackupCheck(bool IsGood, string Says);

/// <summary>Reads all of a backup and tells whether it is what was written.</summary>
public sealed class BackupVerifier(BackupPlace place, DumpChoice dumps, BackupStore store, BackupDatabase database)
{
    /// <summary>Checks a backup, and notes in table and audit log what came of it.</summary>
    /// <exception cref="MaintenanceException">It could not be checked.</exception>
    public async Task<BackupCheck> VerifyAsync(string id, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await BackupDatabase.LockReadingAsync(connection, cancellationToken);
        var check = await CheckAsync(id, cancellationToken);
        await (check.IsGood
            ? store.VerifiedAsync(id, check.Says, actor, cancellationToken)
            : store.DamagedAsync(id, check.Says, actor, cancellationToken));
        return check;
    }

    /// <summary>Checks a backup without the database, which may be what was lost.</summary>
    /// <inheritdoc cref="BackupPlace.OpenAsync"/>
    public async Task<BackupCheck> CheckAsync(string backup, CancellationToken cancellationToken)
    {
        try
        {
            return new BackupCheck(true, await InspectAsync(await place.OpenAsync(backup, gently: true, cancellationToken), cancellationToken));
        }
        catch (DamagedBackupException ex)
        {
            return new BackupCheck(false, ex.Message);
        }
    }

    /// <exception cref="DamagedBackupException">It is damaged.</exception>
    public async Task<string> InspectAsync(BackupReader reader, CancellationToken cancellationToken)
    {
        if (reader.CanDecrypt)
        {
            return await dumps.For(reader.Manifest).InspectAsync(reader, cancellationToken);
        }

        foreach (var file in reader.Manifest.Files)
        {
            await reader.CheckAsync(file, cancellationToken);
        }

        return "sizes and checksums; its contents cannot be read without the private key";
    }
}
