using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using RagAspire.Backups.Dumps;
using RagAspire.Backups.Files;
using RagAspire.Backups.Targets;
using RagAspire.Database;
using RagAspire.Maintenance;
using RagAspire.Security;

namespace RagAspire.Backups.Restore;

/// <summary>A backup and the database to restore it into.</summary>
/// <param name="Backup">The id of a backup at the configured destination, or the path of a backup's directory.</param>
/// <param name="Into">A connection string. The database is created where it does not exist.</param>
/// <param name="Force">Whether to drop the contents of a database that is not empty.</param>
public sealed record RestoreRequest(string Backup, string Into, bool Force, string Actor)
{
    /// <summary>Whether to pause for the sake of searches, where nobody waits for the data.</summary>
    public bool InBackground { get; init; }
}

/// <summary>A completed restore.</summary>
/// <param name="Database">The name of the database and its server.</param>
/// <param name="Installation">The new identity of the restored data.</param>
public sealed record RestoreResult(BackupManifest Manifest, string Database, Guid Installation, TimeSpan Took);

/// <summary>
/// Restores a backup into an empty database: the backup is checked, loaded in one transaction, and its rows are counted. The
/// restored data gets a new identity, so that nothing cached before the restore is taken for the restored data's.
/// </summary>
public sealed partial class RestoreService(
    BackupRepository repository, BackupVerifier verifier, PgDump dump, AuditLog audit, ILogger<RestoreService> logger)
{
    /// <exception cref="MaintenanceException">The restore failed; the message says what the database contains now.</exception>
    /// <exception cref="DamagedBackupException">The backup is damaged; the database was not changed.</exception>
    public async Task<RestoreResult> RestoreAsync(
        RestoreRequest request, Action<int, string> progress, CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var target = new RestoreTarget(BackupDatabase.Unpooled(request.Into));
        progress(0, $"checking {request.Backup}");
        var reader = await CheckedAsync(request, cancellationToken);
        await target.EnsureExistsAsync(cancellationToken);
        await using var connection = await target.LockAsync(cancellationToken);
        var dropped = await RequireEmptyAsync(target, connection, request.Force, cancellationToken);
        Guid installation;
        try
        {
            progress(30, $"loading {reader.Manifest.Tables.Sum(table => table.Rows)} rows into {target.Name}");
            await dump.LoadAsync(reader, target.ConnectionString, cancellationToken);
            progress(85, "counting rows");
            await CompareRowsAsync(reader.Manifest, connection, cancellationToken);
            installation = await FinishAsync(reader.Manifest, connection, request.Actor, cancellationToken);
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            throw new MaintenanceException($"The restore failed: {ex.Message} {await target.DescribeAsync(dropped)}", ex);
        }

        progress(95, "collecting statistics for queries");
        await connection.Command("analyze").ExecuteAsync(cancellationToken);
        Log.Restored(logger, reader.Manifest.Id, target.Name, installation);
        return new RestoreResult(reader.Manifest, target.Name, installation, Stopwatch.GetElapsedTime(startedAt));
    }

    /// <summary>Opens a backup that can be restored as far as can be known without loading it.</summary>
    private async Task<BackupReader> CheckedAsync(RestoreRequest request, CancellationToken cancellationToken)
    {
        var reader = await repository.OpenAsync(request.Backup, request.InBackground, cancellationToken);
        reader.Manifest.RequireSupported();
        if (!reader.CanDecrypt)
        {
            throw new MaintenanceException("The backup is encrypted: set Backups:IdentityFile to the file with the private key.");
        }

        RequireKnownSchema(reader.Manifest);
        await verifier.InspectAsync(reader, cancellationToken);
        return reader;
    }

    /// <summary>This version cannot run on a schema with migrations that it does not have.</summary>
    private static void RequireKnownSchema(BackupManifest manifest)
    {
        var known = Migrator.Scripts().ToDictionary(script => script.Name, script => script.Sha256);
        if (manifest.Migrations.FirstOrDefault(
            migration => known.GetValueOrDefault(migration.Name) != migration.Sha256) is { } unknown)
        {
            throw new MaintenanceException(
                $"The backup has the migration {unknown.Name}, which this version does not have: restore it with version "
                + $"{manifest.Product} or later. The database was not changed.");
        }
    }

    /// <returns>Whether tables were dropped.</returns>
    /// <exception cref="MaintenanceException">The database is not empty, and dropping its contents was not requested.</exception>
    private static async Task<bool> RequireEmptyAsync(
        RestoreTarget target, NpgsqlConnection connection, bool force, CancellationToken cancellationToken)
    {
        var tables = await RestoreTarget.CountTablesAsync(connection, cancellationToken);
        if (tables == 0)
        {
            return false;
        }

        if (!force)
        {
            throw new MaintenanceException(
                $"{target.Name} is not empty ({tables} tables) and was not changed. Choose another database, or use "
                + "--force to drop its contents.");
        }

        await target.DropContentsAsync(connection, cancellationToken);
        return true;
    }

    private static async Task CompareRowsAsync(
        BackupManifest manifest, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var table in manifest.Tables)
        {
            var rows = await ProductTables.CountAsync(connection, table.Name, cancellationToken);
            if (rows != table.Rows)
            {
                throw new DamagedBackupException($"{table.Name} has {rows} rows, and the manifest says {table.Rows}.");
            }
        }
    }

    private async Task<Guid> FinishAsync(
        BackupManifest manifest, NpgsqlConnection connection, string actor, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.Command("insert into installation default values on conflict do nothing")
            .ExecuteAsync(cancellationToken);
        var installation = await connection.Command("select id from installation").ScalarAsync<Guid>(cancellationToken);

        // The snapshot was taken while this backup was running, so the restored row still says that.
        await connection.Command(
            "update backups set status = 'complete', finished_at = created_at, size_bytes = $2 where id = $1",
            manifest.Id, manifest.SizeBytes).ExecuteAsync(cancellationToken);
        await audit.WriteAsync(
            connection,
            new AuditEntry(actor, "backup.restore", manifest.Id, null)
            {
                Details = new Dictionary<string, string>
                {
                    ["made"] = $"{manifest.CreatedAt:u}",
                    ["installation"] = installation.ToString(),
                },
            },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return installation;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Backup {Backup} was restored into {Database} as installation {Installation}")]
        public static partial void Restored(ILogger logger, string backup, string database, Guid installation);
    }
}
