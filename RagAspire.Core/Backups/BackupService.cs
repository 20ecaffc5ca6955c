using System.Reflection;
using Microsoft.Extensions.Logging;
using Npgsql;
using RagAspire.Backups.Dumps;
using RagAspire.Backups.Files;
using RagAspire.Backups.Targets;
using RagAspire.Database;
using RagAspire.Maintenance;

namespace RagAspire.Backups;

/// <summary>What a backup would be like.</summary>
/// <param name="EstimatedBytes">At most, from the last backup or from the tables.</param>
/// <param name="FreeBytes">At the place; null where nobody knows.</param>
public sealed record BackupPlan(string Place, string Method, string? Encryption, long EstimatedBytes, long? FreeBytes);

/// <summary>
/// Makes backups: one moment of the database, streamed through checksum and cipher to its place, and there only when all
/// of it is. The vector index is not part of it, because it is made from the database.
/// </summary>
public sealed partial class BackupService(
    BackupDatabase database, BackupStore store, BackupPlace place, DumpChoice dumps, ILogger<BackupService> logger)
{
    private const string Vectors =
        "derived: every index is filled from the database, without embedding again, so none is kept";

    private const string LeftOut =
        "schema hangfire: jobs are nudges, and what waits is put back in line; index_cursors and installation: made anew, so that nothing cached or indexed before is taken for the restored data's";

    /// <summary>What would be done, without doing it.</summary>
    /// <exception cref="MaintenanceException">It could not be done.</exception>
    public async Task<BackupPlan> PlanAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await PlanAsync(connection, cancellationToken);
    }

    /// <summary>Makes a backup.</summary>
    /// <param name="progress">Told what it is at, with a share of a hundred.</param>
    /// <exception cref="MaintenanceException">It cannot be made; nothing of it is left.</exception>
    public async Task<BackupManifest> CreateAsync(string actor, Action<int, string> progress, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        if (!await BackupDatabase.TryLockWritingAsync(connection, cancellationToken))
        {
            throw new MaintenanceException("Another backup is being made.");
        }

        await CleanAsync(cancellationToken);
        var plan = await PlanAsync(connection, cancellationToken);
        Require(plan);
        var dump = await dumps.ForAsync(connection.ServerVersion, cancellationToken);
        var id = await store.BeginAsync(plan.Place, dump.Method, plan.Encryption, actor, cancellationToken);
        var manifest = await WriteOrGiveUpAsync(id, dump, connection, progress, cancellationToken);
        await store.CompletedAsync(manifest, place.Name, actor, cancellationToken);
        Log.Made(logger, id, manifest.Method, manifest.SizeBytes);
        return manifest;
    }

    /// <summary>Puts right what a killed process left, soon after and not only with the next backup.</summary>
    public async Task HealAsync(CancellationToken cancellationToken)
    {
        if ((await store.RunningAsync(cancellationToken)).Count == 0)
        {
            return;
        }

        await using var connection = await database.OpenAsync(cancellationToken);
        if (await BackupDatabase.TryLockWritingAsync(connection, cancellationToken))
        {
            await CleanAsync(cancellationToken);
        }
    }

    /// <summary>Rows of backups that nobody makes any more, and what they have written. Needs the lock for writing.</summary>
    private async Task CleanAsync(CancellationToken cancellationToken)
    {
        foreach (var id in await store.RunningAsync(cancellationToken))
        {
            await store.FailedAsync(id, "The process that made it ended before it was complete.", cancellationToken);
        }

        foreach (var id in await place.Target.ListPartialAsync(cancellationToken))
        {
            // Several systems may share a place: only what is ours, or so old that nobody can be at it, goes.
            if (await store.FindAsync(id, cancellationToken) is not null || IsForgotten(id))
            {
                await place.Target.DeleteAsync(id, cancellationToken);
                Log.Cleaned(logger, id);
            }
        }
    }

    private static bool IsForgotten(string id) =>
        string.CompareOrdinal(id, BackupId.New(TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(7))) < 0;

    private async Task<BackupPlan> PlanAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var dump = await dumps.ForAsync(connection.ServerVersion, cancellationToken);
        var last = (await store.NewestGoodAsync(cancellationToken))?.SizeBytes;
        var estimate = last * 5 / 4 ?? await connection.Command("""
            select coalesce(sum(pg_table_size(c.oid)) * 5 / 4, 0)::bigint from pg_class c where c.relnamespace = $1::regnamespace and c.relkind = 'r'
            """, Snapshot.Schema).ScalarAsync<long>(cancellationToken);
        return new BackupPlan(place.Name, dump.Method, place.Encryption, estimate, await place.Target.FreeBytesAsync(cancellationToken));
    }

    private static void Require(BackupPlan plan)
    {
        if (plan.FreeBytes < plan.EstimatedBytes)
        {
            throw new MaintenanceException(
                $"{plan.Place} has {Sizes.Of(plan.FreeBytes.Value)} free, and the backup may need {Sizes.Of(plan.EstimatedBytes)}: free some, or set Backups:Directory to another disk.");
        }
    }

    private async Task<BackupManifest> WriteOrGiveUpAsync(
        string id, IDump dump, NpgsqlConnection connection, Action<int, string> progress, CancellationToken cancellationToken)
    {
        try
        {
            return await WriteAsync(id, dump, connection, progress, cancellationToken);
        }
        catch (Exception ex)
        {
            await GiveUpAsync(id, ex);
            throw;
        }
    }

    private async Task<BackupManifest> WriteAsync(
        string id, IDump dump, NpgsqlConnection connection, Action<int, string> progress, CancellationToken cancellationToken)
    {
        progress(5, "taking a snapshot");
        await using var snapshot = await Snapshot.TakeAsync(connection, cancellationToken);
        progress(10, $"writing {snapshot.Tables.Sum(table => table.Rows)} rows by {dump.Method}");
        var writer = place.Writer(id);
        var contents = await dump.WriteAsync(snapshot, database.Ours, writer, cancellationToken);
        progress(60, "writing the manifest");
        var manifest = new BackupManifest(
            BackupManifest.KnownFormat,
            id,
            snapshot.At,
            Assembly.GetExecutingAssembly().GetName().Version!.ToString(3),
            snapshot.Installation,
            connection.ServerVersion,
            dump.Method,
            contents.Tool,
            place.Encryption,
            writer.Files,
            contents.Tables,
            snapshot.Sequences,
            snapshot.Migrations,
            snapshot.NewestIndexChange,
            Vectors,
            LeftOut);
        await writer.PublishAsync(manifest, cancellationToken);
        return manifest;
    }

    // Whatever cannot be put right here is found by the next backup; the reason to tell is the first one.
    private async Task GiveUpAsync(string id, Exception reason)
    {
        try
        {
            await place.Target.DeleteAsync(id, CancellationToken.None);
            await store.FailedAsync(id, reason is OperationCanceledException ? "It was stopped." : reason.Message, CancellationToken.None);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException or MaintenanceException || Unavailability.IsUnavailable(ex))
        {
            Log.Left(logger, id, ex.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Backup {Backup} is made by {Method}: {Bytes} bytes")]
        public static partial void Made(ILogger logger, string backup, string method, long bytes);

        [LoggerMessage(2, LogLevel.Information, "What an interrupted run left of backup {Backup} is deleted")]
        public static partial void Cleaned(ILogger logger, string backup);

        [LoggerMessage(3, LogLevel.Warning, "What is left of the failed backup {Backup} stays until the next one: {Reason}")]
        public static partial void Left(ILogger logger, string backup, string reason);
    }
}
