using RagAspire.Backups.Dumps;
using RagAspire.Backups.Files;
using RagAspire.Backups.Signing;
using RagAspire.Backups.Targets;
using RagAspire.Maintenance;

namespace RagAspire.Backups;

/// <summary>The result of a verification.</summary>
/// <param name="Status">Verified, damaged or untrusted.</param>
/// <param name="Details">The checks that were made, or the error that was found.</param>
public sealed record VerificationResult(BackupStatus Status, string Details)
{
    public bool IsGood => Status == BackupStatus.Verified;

    /// <summary>The result in one sentence.</summary>
    public string Note => IsGood ? $"Verified: {Details}." : $"{Status}: {Details}";
}

/// <summary>Checks the signature of a backup's manifest, and compares all files of the backup with it.</summary>
public sealed class BackupVerifier(BackupRepository repository, PgDump dump, BackupStore store, BackupDatabase database)
{
    /// <summary>Verifies a backup, and records the result in the table and the audit log.</summary>
    /// <exception cref="MaintenanceException">The backup could not be verified, which does not mean that it is
    /// damaged.</exception>
    public async Task<VerificationResult> VerifyAsync(string id, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await BackupDatabase.LockReadAsync(connection, cancellationToken);
        var result = await CheckAsync(id, cancellationToken);
        await (result.Status switch
        {
            BackupStatus.Verified => store.VerifiedAsync(id, result.Details, actor, cancellationToken),
            // It was never signed, so it is not to be mistaken for a forged one.
            BackupStatus.Untrusted when await store.FindAsync(id, cancellationToken) is { IsUnsigned: true } =>
                Task.CompletedTask,
            BackupStatus.Untrusted => store.UntrustedAsync(id, result.Details, repository.Place, actor, cancellationToken),
            _ => store.DamagedAsync(id, result.Details, actor, cancellationToken),
        });
        return result;
    }

    /// <summary>Verifies a backup without the database, which may be lost.</summary>
    /// <exception cref="MaintenanceException">There is no such backup.</exception>
    public async Task<VerificationResult> CheckAsync(string backup, CancellationToken cancellationToken)
    {
        try
        {
            var reader = await repository.OpenAsync(backup, inBackground: true, acceptUnsigned: false, cancellationToken);
            return new VerificationResult(BackupStatus.Verified, await InspectAsync(reader, cancellationToken));
        }
        catch (DamagedBackupException ex)
        {
            return new VerificationResult(BackupStatus.Damaged, ex.Message);
        }
        catch (UntrustedBackupException ex)
        {
            return new VerificationResult(BackupStatus.Untrusted, ex.Message);
        }
    }

    /// <returns>The checks that were made.</returns>
    /// <exception cref="DamagedBackupException">A check failed.</exception>
    /// <exception cref="MaintenanceException">This version does not read the backup.</exception>
    public async Task<string> InspectAsync(BackupReader reader, CancellationToken cancellationToken)
    {
        reader.Manifest.RequireSupported();
        if (reader.CanDecrypt)
        {
            return await dump.InspectAsync(reader, cancellationToken);
        }

        await reader.CheckAsync(reader.Manifest.DumpFile, cancellationToken);
        return "signature, size and checksum; the contents cannot be read without the private key";
    }
}
