using Microsoft.Extensions.Logging;
using Npgsql;
using RagAspire.Backups.Dumps;
using RagAspire.Backups.Files;
using RagAspire.Backups.Targets;
using RagAspire.Database;
using RagAspire.Maintenance;
using RagAspire.Security;

namespace RagAspire.Backups.Restore;

/// <summary>What to restore, and where.</summary>
/// <param name="Backup">An id at the configured place, or a directory with a backup.</param>
/// <param name="Into">A connection string; the database is made where it does not exist.</param>
/// <param name="Force">What the target holds is dropped first.</param>
public sealed record RestoreRequest(string Backup, string Into, bool Force, string Actor)
{
    /// <summary>It takes its time, because nobody waits for it and people are searching meanwhile.</summary>
    public bool Gently { get; init; }
}

/// <summary>What was restored.</summary>
/// <param name="Installation">The new identity of the restored data.</param>
public sealed record RestoreResult(BackupManifest Manifest, string Database, Guid Installation, TimeSpan Took);

/// <summary>
/// Restores a backup into an empty database: read and checked first, then loaded in one transaction, then counted. The
/// restored data gets an identity of its own, so that nothing cached before is taken for its.
/// </summary>
public sealed partial class RestoreService(
    BackupPlace place, BackupVerifier verifier, DumpChoice dumps, AuditLog audit, ILogger<RestoreService> logger)
{
    /// <exception cref="MaintenanceException">It cannot be restored there; the message says what the target holds now.</exception>
    /// <exception cref="DamagedBackupException">The backup is damaged; the target was not touched.</exception>
    public async Task<RestoreResult> RestoreAsync(RestoreRequest request, Action<int, string> progress, CancellationToken cancellationToken)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        var target = new RestoreTarget(BackupDatabase.Patient(request.Into));
        progress(0, $"checking {request.Backup}");
        var reader = await place.OpenAsync(request.Backup, request.Gently, cancellationToken);
        if (!reader.CanDecrypt)
        {
            throw new MaintenanceException("The backup is encrypted: set Backups:IdentityFile to the file with the private key.");
        }

        RequireKnownSchema(reader.Manifest);
        await verifier.InspectAsync(reader, cancellationToken);
        await target.EnsureExistsAsync(cancellationToken);
        await using var connection = await target.LockAsync(cancellationToken);
        var wasEmptied = await EmptyAsync(target, connection, request.Force, cancellationToken);
        var installation = await LoadAsync(reader, target, connection, wasEmptied, request, progress, cancellationToken);
        progress(95, "gathering statistics for queries");
        await connection.Command("analyze").ExecuteAsync(cancellationToken);
        Log.Restored(logger, reader.Manifest.Id, target.Name, installation);
        return new RestoreResult(reader.Manifest, target.Name, installation, TimeProvider.System.GetElapsedTime(startedAt));
    }

    /// <summary>This program could neither fill a schema that it does not know nor run on it.</summary>
    private static void RequireKnownSchema(BackupManifest manifest)
    {
        var known = Migrator.Scripts().ToDictionary(script => script.Name, script => script.Sha256);
        if (manifest.Migrations.FirstOrDefault(migration => known.GetValueOrDefault(migration.Name) != migration.Sha256) is { } unknown)
        {
            throw new MaintenanceException(
                $"The backup has the migration {unknown.Name}, which this program does not have: restore with the version {manifest.Product} or later. The target was not touched.");
        }
    }

    private static async Task<bool> EmptyAsync(
        RestoreTarget target, NpgsqlConnection connection, bool force, CancellationToken cancellationToken)
    {
        var tables = await RestoreTarget.CountAsync(connection, cancellationToken);
        if (tables == 0)
        {
            return false;
        }

        if (!force)
        {
            throw new MaintenanceException(
                $"{target.Name} is not empty ({tables} tables), and nothing of it was changed. Choose another database, or say --force to drop what it holds.");
        }

        await target.EmptyAsync(connection, cancellationToken);
        return true;
    }

    private async Task<Guid> LoadAsync(
        BackupReader reader,
        RestoreTarget target,
        NpgsqlConnection connection,
        bool wasEmptied,
        RestoreRequest request,
        Action<int, string> progress,
        CancellationToken cancellationToken)
    {
        var rows = reader.Manifest.Tables.Sum(table => table.Rows);
        try
        {
            progress(30, $"loading {rows} rows into {target.Name}");
            await dumps.For(reader.Manifest).LoadAsync(reader, target.Connection, cancellationToken);
            progress(85, "counting rows");
            await CompareAsync(reader.Manifest, connection, cancellationToken);
            return await FinishAsync(reader.Manifest, connection, request.Actor, cancellationToken);
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            throw new MaintenanceException($"The restore failed: {ex.Message} {await target.StateAsync(wasEmptied)}", ex);
        }
    }

    private static async Task CompareAsync(BackupManifest manifest, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var table in manifest.Tables)
        {
            var rows = await DumpTable.CountAsync(connection, table.Name, cancellationToken);
            if (rows != table.Rows)
            {
                throw new DamagedBackupException($"{table.Name} has {rows} rows, and the backup was made with {table.Rows}.");
            }
        }
    }

    private async Task<Guid> FinishAsync(BackupManifest manifest, NpgsqlConnection connection, string actor, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.Command("insert into installation default values on conflict do nothing").ExecuteAsync(cancellationToken);
        var installation = await connection.Command("select id from installation").ScalarAsync<Guid>(cancellationToken);

        // In the snapshot it was still being made.
        await connection.Command(
            "update backups set status = 'complete', finished_at = created_at, size_bytes = $2 where id = $1", manifest.Id, manifest.SizeBytes)
            .ExecuteAsync(cancellationToken);
        await audit.WriteAsync(
            connection,
            new AuditEntry(actor, "backup.restore", manifest.Id, null)
            {
                Details = new Dictionary<string, string> { ["made"] = $"{manifest.CreatedAt:u}", ["installation"] = installation.ToString() },
            },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return installation;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Backup {Backup} is restored into {Database} as installation {Installation}")]
        public static partial void Restored(ILogger logger, string backup, string database, Guid installation);
    }
}
