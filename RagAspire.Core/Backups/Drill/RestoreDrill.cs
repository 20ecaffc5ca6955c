using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Backups.Files;
using RagAspire.Backups.Restore;
using RagAspire.Backups.Signing;
using RagAspire.Database;
using RagAspire.Maintenance;
using RagAspire.Vectors;

namespace RagAspire.Backups.Drill;

/// <summary>The result of a restore drill.</summary>
/// <param name="Backup">The id of the backup that was restored.</param>
/// <param name="Rows">The number of restored rows.</param>
/// <param name="Error">Why the drill failed; null when it succeeded.</param>
public sealed record DrillResult(string Backup, long Rows, TimeSpan Took, string? Error, IReadOnlyList<string> Notes);

/// <summary>
/// Proves the newest good backup by restoring it into a scratch database, as a login that may do nothing else: rows are
/// counted, the bytes of all documents are compared with their checksums, and searches have to find the same as in the live
/// system.
/// </summary>
public sealed class RestoreDrill(
    BackupDatabase database, BackupStore store, RestoreService restore, DrillSearches searches, IOptions<BackupOptions> options)
{
    public const string NoBackup = "There is no good backup with a signature to restore.";

    private const double RequiredAgreement = .9;

    /// <returns>Null when there is no good backup.</returns>
    /// <exception cref="MaintenanceException">Another drill is running.</exception>
    public async Task<DrillResult?> RunAsync(string actor, Action<int, string> progress, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        if (!await BackupDatabase.TryLockDrillAsync(connection, cancellationToken))
        {
            throw new MaintenanceException("Another restore drill is running.");
        }

        await BackupDatabase.LockReadAsync(connection, cancellationToken);
        if (await store.NewestGoodAsync(cancellationToken) is not { } backup)
        {
            return null;
        }

        var installation = await connection.Command("select id from installation").ScalarAsync<Guid>(cancellationToken);
        var startedAt = Stopwatch.GetTimestamp();
        var result = await RunOrFailAsync(backup, installation, actor, progress, cancellationToken);
        result = result with { Took = Stopwatch.GetElapsedTime(startedAt) };
        await store.DrilledAsync(backup.Id, result.Took, result.Error, actor, cancellationToken);
        return result;
    }

    private async Task<DrillResult> RunOrFailAsync(
        Backup backup, Guid installation, string actor, Action<int, string> progress, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(backup.Id, installation, actor, progress, cancellationToken);
        }
        catch (Exception ex) when ((ex as DamagedBackupException ?? ex.InnerException as DamagedBackupException) is { } damaged)
        {
            await store.DamagedAsync(backup.Id, damaged.Message, actor, cancellationToken);
            return Failed(damaged.Message);
        }
        catch (UntrustedBackupException ex)
        {
            await store.UntrustedAsync(backup.Id, ex.Message, backup.Place, actor, cancellationToken);
            return Failed(ex.Message);
        }
        catch (VectorIndexUnavailableException ex)
        {
            return Failed($"The live vector index cannot be searched for the comparison: {ex.Message}");
        }
        catch (Exception ex) when (ex is MaintenanceException || Unavailability.IsUnavailable(ex))
        {
            return Failed(ex.Message);
        }

        DrillResult Failed(string error) => new(backup.Id, 0, default, error, []);
    }

    private async Task<DrillResult> RunAsync(
        string backup, Guid installation, string actor, Action<int, string> progress, CancellationToken cancellationToken)
    {
        var server = options.Value.DrillConnection is { Length: > 0 } other ? BackupDatabase.Unpooled(other) : database.Live;
        await using var scratch = await ScratchDatabase.CreateAsync(server, installation, options.Value, cancellationToken);
        var request = new RestoreRequest(backup, scratch.Administration.ConnectionString, Force: false, actor)
        {
            InBackground = true,
            Login = scratch.Login,
        };
        var restored = await restore.RestoreAsync(
            request, (percent, step) => progress(percent * 7 / 10, step), cancellationToken);
        await using var dataSource = NpgsqlDataSource.Create(scratch.Login.ConnectionString);

        // A backup of an older version gets the schema of this one, as a restored system does when it starts.
        await new Migrator(dataSource, NullLogger<Migrator>.Instance).MigrateAsync(withQueue: false, cancellationToken);
        progress(70, "comparing all documents with their checksums");
        var (documents, changed) = await DocumentChecksums.CompareAsync(dataSource, cancellationToken);
        progress(85, "comparing searches with the live index");
        var comparison = await searches.CompareAsync(dataSource, cancellationToken);
        return new DrillResult(
            backup,
            restored.Manifest.Tables.Sum(table => table.Rows),
            default,
            Error(changed, comparison),
            [$"The bytes of {documents} documents match their checksums.", Note(comparison)]);
    }

    private static string? Error(long changed, SearchComparison comparison) =>
        changed > 0 ? $"The bytes of {changed} documents do not match their checksums."
        : comparison.Agreed < comparison.Compared * RequiredAgreement ? $"Only {Note(comparison)}"
        : null;

    private static string Note(SearchComparison comparison) => comparison.Skipped is { } reason
        ? $"Searches were not compared: {reason}."
        : $"{comparison.Agreed} of {comparison.Compared} searches found the same as in the live system.";
}
