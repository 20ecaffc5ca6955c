using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Backups.Dumps;
using RagAspire.Backups.Files;
using RagAspire.Backups.Signing;
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
    /// <summary>Whether to pause for the sake of searches; false where an operator waits for the data.</summary>
    public bool InBackground { get; init; }

    /// <summary>Whether to restore a backup without a signature, or with that of an unknown key.</summary>
    public bool AcceptUnsigned { get; init; }

    /// <summary>
    /// The owner of the restored data: by default the role of <see cref="Into"/>; with a login, which the caller has made for
    /// that database, the login.
    /// </summary>
    internal RestoreLogin? Login { get; init; }
}

/// <summary>A completed restore.</summary>
/// <param name="Database">The name of the database and its server.</param>
/// <param name="Installation">The new identity of the restored data.</param>
public sealed record RestoreResult(BackupManifest Manifest, string Database, Guid Installation, TimeSpan Took);

/// <summary>
/// Restores a backup into an empty database: the backup is checked, loaded in one transaction as an ordinary role, and its
/// rows are counted. The restored data gets a new identity, so that nothing cached before the restore is taken for the restored
/// data's.
/// </summary>
public sealed partial class RestoreService(
    BackupRepository repository,
    BackupVerifier verifier,
    PgDump dump,
    AuditLog audit,
    IOptions<BackupOptions> options,
    ILogger<RestoreService> logger)
{
    /// <exception cref="MaintenanceException">The restore failed; the message says what the database contains now.</exception>
    /// <exception cref="DamagedBackupException">The backup is damaged; the database was not changed.</exception>
    /// <exception cref="UntrustedBackupException">Its signature is missing or wrong; the database was not changed.</exception>
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
            installation = await LoadAsync(reader, target, request, progress, cancellationToken);
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            throw new MaintenanceException($"The restore failed: {ex.Message} {await target.DescribeAsync(dropped)}", ex);
        }

        Log.Restored(logger, reader.Manifest.Id, target.Name, installation);
        return new RestoreResult(reader.Manifest, target.Name, installation, Stopwatch.GetElapsedTime(startedAt));
    }

    /// <summary>
    /// Loads the data and reads it as the login of the restore, because triggers and functions of the dump run with the rights of
    /// the role that reads or changes its tables.
    /// </summary>
    private async Task<Guid> LoadAsync(
        BackupReader reader,
        RestoreTarget target,
        RestoreRequest request,
        Action<int, string> progress,
        CancellationToken cancellationToken)
    {
        var login = request.Login ?? await RestoreLogin.CreateAsync(target.ConnectionString, options.Value, cancellationToken);
        try
        {
            progress(30, $"loading {reader.Manifest.Tables.Sum(table => table.Rows)} rows into {target.Name}");
            await dump.LoadAsync(reader, login.ConnectionString, cancellationToken);
            progress(85, "counting rows");
            await using var connection = await BackupDatabase.OpenAsync(login.ConnectionString, cancellationToken);
            await CompareRowsAsync(reader.Manifest, connection, cancellationToken);
            var installation = await FinishAsync(reader.Manifest, connection, request.Actor, cancellationToken);
            progress(95, "collecting statistics for queries");
            await connection.Command("analyze").ExecuteAsync(cancellationToken);
            await connection.CloseAsync();
            await (request.Login is null ? login.HandOverAsync(cancellationToken) : Task.CompletedTask);
            return installation;
        }
        catch when (request.Login is null)
        {
            await DropAsync(login);
            throw;
        }
    }

    /// <summary>
    /// A login that stays is used again by the next restore into the database; the caller reports the original error.
    /// </summary>
    private async Task DropAsync(RestoreLogin login)
    {
        try
        {
            await login.RemoveAsync(CancellationToken.None);
        }
        catch (NpgsqlException ex)
        {
            Log.LoginStays(logger, login.ConnectionString.Username!, ex.Message);
        }
    }

    /// <summary>Opens a backup that can be restored as far as can be known without loading it.</summary>
    private async Task<BackupReader> CheckedAsync(RestoreRequest request, CancellationToken cancellationToken)
    {
        var reader = await repository.OpenAsync(
            request.Backup, request.InBackground, request.AcceptUnsigned, cancellationToken);
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
        if (manifest.SigningKey is { } key)
        {
            await connection.Command("update backups set signing_key = $2 where id = $1", manifest.Id, key)
                .ExecuteAsync(cancellationToken);
        }

        await audit.WriteAsync(
            connection,
            new AuditEntry(actor, "backup.restore", manifest.Id, null)
            {
                Details = new Dictionary<string, string>
                {
                    ["made"] = $"{manifest.CreatedAt:u}",
                    ["signing_key"] = manifest.SigningKey ?? "none: accepted without a signature",
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

        [LoggerMessage(2, LogLevel.Warning, "The role {Role} of a failed restore was not removed: {Reason}")]
        public static partial void LoginStays(ILogger logger, string role, string reason);
    }
}
