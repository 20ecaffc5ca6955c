using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Backups.Files;
using RagAspire.Backups.Restore;
using RagAspire.Database;
using RagAspire.Maintenance;
using RagAspire.Vectors;

namespace RagAspire.Backups.Drill;

/// <summary>What a drill came to.</summary>
/// <param name="Backup">The one that was restored; null when there is none.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
public sealed record DrillResult(string? Backup, long Rows, TimeSpan Took, string? Error, IReadOnlyList<string> Notes);

/// <summary>
/// Proves the newest backup by restoring it into a database of its own: rows are counted, every document's bytes are
/// compared with their checksum, and searches must find what they find in the live system.
/// </summary>
public sealed class RestoreDrill(
    BackupDatabase database, BackupStore store, RestoreService restore, DrillSearches searches, IOptions<BackupOptions> options)
{
    private const double AgreementWanted = .9;

    /// <exception cref="MaintenanceException">Another drill is running.</exception>
    public async Task<DrillResult> RunAsync(string actor, Action<int, string> progress, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        if (!await connection.Command("select pg_try_advisory_lock($1)", AdvisoryLocks.RestoreDrill).ScalarAsync<bool>(cancellationToken))
        {
            throw new MaintenanceException("Another restore drill is running.");
        }

        await BackupDatabase.LockReadingAsync(connection, cancellationToken);
        if (await store.NewestGoodAsync(cancellationToken) is not { } backup)
        {
            return new DrillResult(null, 0, TimeSpan.Zero, null, ["There is no good backup to restore."]);
        }

        var owner = await connection.Command("select id from installation").ScalarAsync<Guid>(cancellationToken);
        var startedAt = TimeProvider.System.GetTimestamp();
        var result = await TryAsync(backup.Id, owner, actor, progress, cancellationToken);
        result = result with { Took = TimeProvider.System.GetElapsedTime(startedAt) };
        await store.DrilledAsync(backup.Id, result.Took, result.Error, actor, cancellationToken);
        return result;
    }

    private async Task<DrillResult> TryAsync(
        string backup, Guid owner, string actor, Action<int, string> progress, CancellationToken cancellationToken)
    {
        try
        {
            var server = options.Value.DrillConnection is { Length: > 0 } other ? BackupDatabase.Patient(other) : database.Ours;
            await using var scratch = await DrillDatabase.CreateAsync(server, owner, cancellationToken);
            var request = new RestoreRequest(backup, scratch.ConnectionString, Force: false, actor) { Gently = true };
            var restored = await restore.RestoreAsync(request, (percent, step) => progress(percent * 7 / 10, step), cancellationToken);
            await using var dataSource = NpgsqlDataSource.Create(scratch.ConnectionString);

            // A backup of an older version gets the schema of this one, as a restored system does when it starts.
            await new Migrator(dataSource, NullLogger<Migrator>.Instance).MigrateAsync(cancellationToken);
            progress(70, "comparing every document with its checksum");
            var (documents, changed) = await ContentsAsync(dataSource, cancellationToken);
            progress(85, "comparing searches with the live ones");
            var comparison = await searches.CompareAsync(dataSource, cancellationToken);
            return new DrillResult(
                backup, restored.Manifest.Tables.Sum(table => table.Rows), default, Error(changed, comparison), Notes(documents, comparison));
        }
        catch (Exception ex) when ((ex as DamagedBackupException ?? ex.InnerException as DamagedBackupException) is { } damaged)
        {
            await store.DamagedAsync(backup, damaged.Message, actor, cancellationToken);
            return new DrillResult(backup, 0, default, damaged.Message, []);
        }
        catch (VectorIndexUnavailableException ex)
        {
            return new DrillResult(backup, 0, default, $"The vector index cannot be asked for what the live system finds: {ex.Message}", []);
        }
        catch (Exception ex) when (ex is MaintenanceException || Unavailability.IsUnavailable(ex))
        {
            return new DrillResult(backup, 0, default, ex.Message, []);
        }
    }

    private static string? Error(long changed, SearchComparison comparison) => (changed, comparison) switch
    {
        ( > 0, _) => $"{changed} documents have other bytes than their checksums say.",
        (_, { Compared: > 0 } found) when found.Agreed < found.Compared * AgreementWanted =>
            $"Only {found.Agreed} of {found.Compared} searches found what they find in the live system.",
        _ => null,
    };

    private static List<string> Notes(long documents, SearchComparison comparison) =>
    [
        $"The bytes of {documents} documents are those of their checksums.",
        comparison.Skipped is { } reason
            ? $"Searches were not compared: {reason}."
            : $"{comparison.Agreed} of {comparison.Compared} searches found what they find in the live system.",
    ];

    private static async Task<(long Documents, long Changed)> ContentsAsync(NpgsqlDataSource restored, CancellationToken cancellationToken)
    {
        await using var compare = restored.Command("""
            select count(*), count(*) filter (where sha256(c.content) <> d.sha256)
            from documents d join document_contents c on c.document_id = d.id and c.version = d.version
            """);
        compare.CommandTimeout = 0;
        await using var reader = await compare.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }
}
