using RagAspire.Backups.Dumps;
using RagAspire.Backups.Files;
using RagAspire.Backups.Targets;
using RagAspire.Maintenance;

namespace RagAspire.Backups;

/// <summary>The result of a verification.</summary>
/// <param name="Details">The checks that were made, or the error that was found.</param>
public sealed record VerificationResult(bool IsGood, string Details)
{
    /// <summary>The result in one sentence.</summary>
    public string Note => IsGood ? $"Verified: {Details}." : $"Damaged: {Details}";
}

/// <summary>Reads all files of a backup and compares them with its manifest.</summary>
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
        await (result.IsGood
            ? store.VerifiedAsync(id, result.Details, actor, cancellationToken)
            : store.DamagedAsync(id, result.Details, actor, cancellationToken));
        return result;
    }

    /// <summary>Verifies a backup without the database, which may be lost.</summary>
    /// <inheritdoc cref="BackupRepository.OpenAsync"/>
    public async Task<VerificationResult> CheckAsync(string backup, CancellationToken cancellationToken)
    {
        try
        {
            var reader = await repository.OpenAsync(backup, inBackground: true, cancellationToken);
            return new VerificationResult(true, await InspectAsync(reader, cancellationToken));
        }
        catch (DamagedBackupException ex)
        {
            return new VerificationResult(false, ex.Message);
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
        return "size and checksum; the contents cannot be read without the private key";
    }
}
