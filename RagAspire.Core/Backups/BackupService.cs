using System.Reflection;
using Microsoft.Extensions.Logging;
using Npgsql;
using RagAspire.Backups.Dumps;
using RagAspire.Backups.Files;
using RagAspire.Backups.Targets;
using RagAspire.Database;
using RagAspire.Maintenance;

namespace RagAspire.Backups;

/// <summary>The size and the destination of the next backup.</summary>
/// <param name="EstimatedBytes">An upper estimate, from the last backup or from the tables.</param>
/// <param name="FreeBytes">The free space of the destination; null where it is unknown.</param>
public sealed record BackupPlan(string Place, string? Encryption, long EstimatedBytes, long? FreeBytes);

/// <summary>
/// Makes backups: a snapshot of the database is streamed through encryption and checksum to the destination, where it
/// counts as a backup only when it is complete. The vector index is not part of it, because it is filled from the database.
/// </summary>
public sealed partial class BackupService(
    BackupDatabase database,
    BackupStore store,
    BackupRepository repository,
    PgDump dump,
    TimeProvider time,
    ILogger<BackupService> logger)
{
    /// <summary>Longer than a backup takes.</summary>
    private static readonly TimeSpan ForeignPartialAge = TimeSpan.FromDays(7);

    private const string Vectors =
        "Derived data: every index is filled from the database without embedding again, so it is not backed up.";

    private const string LeftOut =
        "Schema hangfire: waiting jobs are enqueued again from the tables. Tables index_cursors and installation: they are "
        + "created anew, so that nothing cached or indexed before a restore is taken for the restored data's.";

    /// <summary>Plans a backup without making it.</summary>
    /// <exception cref="MaintenanceException">A backup is not possible; the message gives the reason.</exception>
    public async Task<BackupPlan> PlanAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await PlanAsync(connection, cancellationToken);
    }

    /// <summary>Makes a backup.</summary>
    /// <param name="progress">Gets the percentage and the current step.</param>
    /// <exception cref="MaintenanceException">The backup failed; its files are deleted.</exception>
    public async Task<BackupManifest> CreateAsync(string actor, Action<int, string> progress, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        if (!await BackupDatabase.TryLockWriteAsync(connection, cancellationToken))
        {
            throw new MaintenanceException("Another backup is being made.");
        }

        await CleanUpAsync(cancellationToken);
        var plan = await PlanAsync(connection, cancellationToken);
        RequireSpace(plan);

        // A backup without a key would be useless, so a missing one is reported before anything is written.
        _ = repository.CurrentKey();
        var id = await store.BeginAsync(plan.Place, BackupManifest.PgDumpMethod, plan.Encryption, actor, cancellationToken);
        var manifest = await WriteOrDeleteAsync(id, plan, connection, progress, cancellationToken);
        await store.CompletedAsync(manifest, plan.Place, actor, cancellationToken);
        Log.Completed(logger, id, manifest.SizeBytes);
        return manifest;
    }

    /// <summary>Marks backups whose process was killed as failed, and deletes their files.</summary>
    public async Task CleanUpInterruptedAsync(CancellationToken cancellationToken)
    {
        if ((await store.RunningAsync(cancellationToken)).Count == 0)
        {
            return;
        }

        await using var connection = await database.OpenAsync(cancellationToken);
        if (await BackupDatabase.TryLockWriteAsync(connection, cancellationToken))
        {
            await CleanUpAsync(cancellationToken);
        }
    }

    /// <summary>
    /// The caller holds the lock for writing, so a row that says "running" belongs to a process that was killed.
    /// </summary>
    private async Task CleanUpAsync(CancellationToken cancellationToken)
    {
        foreach (var id in await store.RunningAsync(cancellationToken))
        {
            await store.FailedAsync(id, "The process ended before the backup was complete.", cancellationToken);
        }

        foreach (var id in await repository.Target.ListPartialAsync(cancellationToken))
        {
            // Several systems may share a destination: another system may still be writing a young partial backup.
            if (await store.FindAsync(id, cancellationToken) is not null || IsOld(id))
            {
                await repository.Target.DeleteAsync(id, cancellationToken);
                Log.CleanedUp(logger, id);
            }
        }
    }

    private bool IsOld(string id) => string.CompareOrdinal(id, BackupId.New(time.GetUtcNow() - ForeignPartialAge)) < 0;

    private async Task<BackupPlan> PlanAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await dump.RequireToolAsync(connection.ServerVersion, cancellationToken);
        var last = (await store.NewestGoodAsync(cancellationToken))?.SizeBytes;
        var estimate = last * 5 / 4 ?? await connection.Command("""
            select coalesce(sum(pg_table_size(c.oid)) * 5 / 4, 0)::bigint from pg_class c
            where c.relnamespace = $1::regnamespace and c.relkind = 'r'
            """, Snapshot.Schema).ScalarAsync<long>(cancellationToken);
        return new BackupPlan(
            repository.Place, repository.Encryption, estimate, await repository.Target.FreeBytesAsync(cancellationToken));
    }

    private static void RequireSpace(BackupPlan plan)
    {
        if (plan.FreeBytes < plan.EstimatedBytes)
        {
            throw new MaintenanceException(
                $"{plan.Place} has {ByteSize.Format(plan.FreeBytes.Value)} free, and the backup may need "
                + $"{ByteSize.Format(plan.EstimatedBytes)}: free some space, or set Backups:Directory to another disk.");
        }
    }

    private async Task<BackupManifest> WriteOrDeleteAsync(
        string id,
        BackupPlan plan,
        NpgsqlConnection connection,
        Action<int, string> progress,
        CancellationToken cancellationToken)
    {
        try
        {
            return await WriteAsync(id, plan, connection, progress, cancellationToken);
        }
        catch (Exception ex)
        {
            await DeleteFailedAsync(id, ex);
            throw;
        }
    }

    private async Task<BackupManifest> WriteAsync(
        string id,
        BackupPlan plan,
        NpgsqlConnection connection,
        Action<int, string> progress,
        CancellationToken cancellationToken)
    {
        progress(5, "taking a snapshot");
        await using var snapshot = await Snapshot.TakeAsync(connection, cancellationToken);
        progress(10, $"dumping {snapshot.Tables.Sum(table => table.Rows)} rows");
        var writer = repository.Writer(id, plan.EstimatedBytes);
        var tool = await dump.WriteAsync(snapshot, database.Live, writer, cancellationToken);
        progress(60, "writing the manifest");
        var manifest = new BackupManifest(
            BackupManifest.CurrentFormat,
            id,
            snapshot.At,
            Assembly.GetExecutingAssembly().GetName().Version!.ToString(3),
            snapshot.Installation,
            connection.ServerVersion,
            BackupManifest.PgDumpMethod,
            tool,
            plan.Encryption,
            writer.Files,
            snapshot.Tables,
            snapshot.Migrations,
            snapshot.NewestIndexChange,
            Vectors,
            LeftOut);
        return await writer.PublishAsync(manifest, repository.CurrentKey(), cancellationToken);
    }

    /// <summary>A clean-up that fails is made up for by the next backup; the caller reports the original error.</summary>
    private async Task DeleteFailedAsync(string id, Exception reason)
    {
        try
        {
            await repository.Target.DeleteAsync(id, CancellationToken.None);
            await store.FailedAsync(
                id, reason is OperationCanceledException ? "It was cancelled." : reason.Message, CancellationToken.None);
        }
        catch (Exception ex) when (
            ex is IOException or UnauthorizedAccessException or MaintenanceException || Unavailability.IsUnavailable(ex))
        {
            Log.CleanUpFailed(logger, id, ex.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Backup {Backup} is complete: {Bytes} bytes")]
        public static partial void Completed(ILogger logger, string backup, long bytes);

        [LoggerMessage(2, LogLevel.Information, "Deleted the files of the interrupted backup {Backup}")]
        public static partial void CleanedUp(ILogger logger, string backup);

        [LoggerMessage(3, LogLevel.Warning, "The clean-up of the failed backup {Backup} is left to the next backup: {Reason}")]
        public static partial void CleanUpFailed(ILogger logger, string backup, string reason);
    }
}
