using RagAspire.Maintenance;

namespace RagAspire.Backups;

/// <summary>The task <c>backup-verify</c>; its argument is the id of a backup, by default the newest good one.</summary>
internal sealed class BackupVerifyTask(BackupVerifier verifier, BackupStore store) : IMaintenanceTask
{
    public string Name => "backup-verify";

    public string Summary => "Reads one backup, the newest by default, and compares it with its checksums";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        if (await FindAsync(context.Argument, cancellationToken) is not { } backup)
        {
            return new TaskReport(0, 0, 0) { Skipped = "There is no good backup to verify." };
        }

        if (context.DryRun)
        {
            return new TaskReport(1, 0, 0) { Notes = [$"{backup.Id} would be verified."] };
        }

        context.Report(0, 1, $"verifying {backup.Id}");
        var result = await verifier.VerifyAsync(backup.Id, context.Actor, cancellationToken);
        return new TaskReport(1, 0, result.IsGood ? 0 : 1) { Notes = [$"{backup.Id}: {result.Note}"] };
    }

    private async Task<Backup?> FindAsync(string? id, CancellationToken cancellationToken)
    {
        if (id is null)
        {
            return await store.NewestGoodAsync(cancellationToken);
        }

        return await store.FindAsync(id, cancellationToken) switch
        {
            null => throw new MaintenanceException($"There is no backup '{id}'."),
            { IsPresent: false } gone => throw new MaintenanceException(
                $"The backup {id} is {gone.Status.Word()}, so it has no files to verify."),
            var backup => backup,
        };
    }
}
