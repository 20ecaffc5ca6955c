using Microsoft.Extensions.Options;
using RagAspire.Backups.Files;
using RagAspire.Backups.Signing;
using RagAspire.Backups.Targets;
using RagAspire.Database;

namespace RagAspire.Backups.Retention;

/// <summary>The result of a retention run.</summary>
/// <param name="Present">The number of backups before deletions.</param>
/// <param name="Expired">Backups that were deleted, or would be in a dry run.</param>
/// <param name="Found">Ids of backups at the destination that were missing in the table, or failed there.</param>
/// <param name="Untrusted">Ids of backups at the destination that say to be of this system, which their signature does not
/// prove.</param>
/// <param name="Missing">Ids of backups in the table whose files disappeared.</param>
public sealed record RetentionResult(
    int Present,
    IReadOnlyList<ExpiredBackup> Expired,
    IReadOnlyList<string> Found,
    IReadOnlyList<string> Untrusted,
    IReadOnlyList<string> Missing);

/// <summary>Reconciles the table with the destination, and deletes expired backups.</summary>
public sealed class BackupRetention(
    BackupDatabase database, BackupStore store, BackupRepository repository, IOptions<BackupOptions> options, TimeProvider time)
{
    /// <summary>How long rows without files are kept.</summary>
    private static readonly TimeSpan RowAge = TimeSpan.FromDays(400);

    /// <param name="dryRun">Whether to change nothing.</param>
    /// <returns>Null while a backup is being read or written, because nothing is deleted meanwhile.</returns>
    public async Task<RetentionResult?> RunAsync(bool dryRun, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        if (!await BackupDatabase.TryLockWriteAsync(connection, cancellationToken)
            || !await BackupDatabase.TryLockDeleteAsync(connection, cancellationToken))
        {
            return null;
        }

        var published = (await repository.Target.ListAsync(cancellationToken)).ToHashSet();
        var (found, untrusted) = await AddFoundAsync(published, dryRun, actor, cancellationToken);
        var present = (await store.PresentAsync(cancellationToken)).Where(backup => backup.Place == repository.Place).ToList();
        var missing = present.Where(backup => !published.Contains(backup.Id)).ToList();
        var expired = RetentionPlan.Expired([.. present.Except(missing)], options.Value, time.GetUtcNow());
        if (!dryRun)
        {
            await ApplyAsync(missing, expired, actor, cancellationToken);
        }

        return new RetentionResult(
            present.Count - missing.Count, expired, found, untrusted, [.. missing.Select(backup => backup.Id)]);
    }

    private async Task ApplyAsync(
        IEnumerable<Backup> missing, IEnumerable<ExpiredBackup> expired, string actor, CancellationToken cancellationToken)
    {
        foreach (var backup in missing)
        {
            await store.MissingAsync(backup.Id, actor, cancellationToken);
        }

        foreach (var (backup, reason) in expired)
        {
            await repository.Target.DeleteAsync(backup.Id, cancellationToken);
            await store.DeletedAsync(backup.Id, reason, actor, cancellationToken);
        }

        await store.ForgetAsync(RowAge, cancellationToken);
    }

    /// <summary>
    /// Adds backups that a killed process completed, and backups that a restored table does not contain yet. Backups of other
    /// systems at the same destination are left alone.
    /// </summary>
    private async Task<(IReadOnlyList<string> Found, IReadOnlyList<string> Untrusted)> AddFoundAsync(
        IEnumerable<string> published, bool dryRun, string actor, CancellationToken cancellationToken)
    {
        var installation = await InstallationAsync(cancellationToken);
        var (found, untrusted) = (new List<string>(), new List<string>());
        foreach (var id in published)
        {
            var known = await store.FindAsync(id, cancellationToken);
            if (known is { IsPresent: true })
            {
                continue;
            }

            try
            {
                var reader = await repository.OpenAsync(id, inBackground: true, acceptUnsigned: false, cancellationToken);
                var manifest = reader.Manifest;
                if (known is not null || manifest.Installation == installation)
                {
                    found.Add(id);
                    await (dryRun ? Task.CompletedTask
                        : store.CompletedAsync(manifest, repository.Place, actor, cancellationToken));
                }
            }
            catch (DamagedBackupException)
            {
                // Without a readable manifest it is unknown to which system the backup belongs.
            }
            catch (UntrustedBackupException ex) when (known is not null || ex.Installation == installation)
            {
                untrusted.Add(id);
                await (dryRun ? Task.CompletedTask
                    : store.UntrustedAsync(id, ex.Message, repository.Place, actor, cancellationToken));
            }
            catch (UntrustedBackupException)
            {
                // A backup of another system, signed with another key.
            }
        }

        return (found, untrusted);
    }

    private async Task<Guid> InstallationAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.Command("select id from installation").ScalarAsync<Guid>(cancellationToken);
    }
}
