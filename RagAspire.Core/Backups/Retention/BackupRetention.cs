using Microsoft.Extensions.Options;
using RagAspire.Backups.Files;
using RagAspire.Backups.Targets;
using RagAspire.Database;

namespace RagAspire.Backups.Retention;

/// <summary>What a look at all backups came to.</summary>
/// <param name="Found">Backups at the place that the table did not know, or knew as failed.</param>
/// <param name="Missing">Those that the table knows and the place does not have.</param>
public sealed record RetentionResult(int Present, IReadOnlyList<Discarded> Discarded, IReadOnlyList<string> Found, IReadOnlyList<string> Missing);

/// <summary>Brings table and place together, and deletes what is not kept.</summary>
public sealed class BackupRetention(
    BackupDatabase database, BackupStore store, BackupPlace place, IOptions<BackupOptions> options, TimeProvider time)
{
    private static readonly TimeSpan RowsStay = TimeSpan.FromDays(400);

    /// <param name="dryRun">Nothing is changed.</param>
    /// <returns>Null while a backup is being read or written: nothing is deleted meanwhile.</returns>
    public async Task<RetentionResult?> RunAsync(bool dryRun, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        if (!await BackupDatabase.TryLockWritingAsync(connection, cancellationToken)
            || !await BackupDatabase.TryLockDeletingAsync(connection, cancellationToken))
        {
            return null;
        }

        var published = (await place.Target.ListAsync(cancellationToken)).ToHashSet();
        var found = await FoundAsync(published, dryRun, actor, cancellationToken);
        var present = (await store.PresentAsync(cancellationToken)).Where(backup => backup.Place == place.Name).ToList();
        var missing = present.Where(backup => !published.Contains(backup.Id)).ToList();
        var discarded = RetentionPlan.Discard([.. present.Except(missing)], options.Value, time.GetUtcNow());
        if (!dryRun)
        {
            await ApplyAsync(missing, discarded, actor, cancellationToken);
        }

        return new RetentionResult(present.Count - missing.Count, discarded, found, [.. missing.Select(backup => backup.Id)]);
    }

    private async Task ApplyAsync(
        IEnumerable<Backup> missing, IEnumerable<Discarded> discarded, string actor, CancellationToken cancellationToken)
    {
        foreach (var backup in missing)
        {
            await store.MissingAsync(backup.Id, actor, cancellationToken);
        }

        foreach (var (backup, reason) in discarded)
        {
            await place.Target.DeleteAsync(backup.Id, cancellationToken);
            await store.DeletedAsync(backup.Id, reason, actor, cancellationToken);
        }

        await store.ForgetAsync(RowsStay, cancellationToken);
    }

    /// <summary>
    /// What a process published before it was killed, and what a restored table does not know yet. Other systems' backups,
    /// which may lie at the same place, are left alone.
    /// </summary>
    private async Task<IReadOnlyList<string>> FoundAsync(
        IEnumerable<string> published, bool dryRun, string actor, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        foreach (var id in published)
        {
            var known = await store.FindAsync(id, cancellationToken);
            if (known is { Status: "complete" or "verified" or "damaged" } || await ManifestAsync(id, cancellationToken) is not { } manifest)
            {
                continue;
            }

            if (known is not null || manifest.Installation == await InstallationAsync(cancellationToken))
            {
                found.Add(id);
                await (dryRun ? Task.CompletedTask : store.CompletedAsync(manifest, place.Name, actor, cancellationToken));
            }
        }

        return found;
    }

    private async Task<BackupManifest?> ManifestAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return (await place.OpenAsync(id, gently: true, cancellationToken)).Manifest;
        }
        catch (DamagedBackupException)
        {
            // Whose it was cannot be told.
            return null;
        }
    }

    private async Task<Guid> InstallationAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.Command("select id from installation").ScalarAsync<Guid>(cancellationToken);
    }
}
