using RagAspire.Maintenance;

namespace RagAspire.Backups.Retention;

/// <summary>The task <c>backup-retention</c>.</summary>
internal sealed class BackupRetentionTask(BackupRetention retention) : IMaintenanceTask
{
    public string Name => "backup-retention";

    public string Summary => "Deletes expired backups, but never the newest good one";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        if (await retention.RunAsync(context.DryRun, context.Actor, cancellationToken) is not { } result)
        {
            return new TaskReport(0, 0, 0)
            {
                Skipped = "A backup is being made, verified or restored, so nothing is deleted now.",
            };
        }

        return new TaskReport(result.Present, result.Expired.Count, 0)
        {
            Notes =
            [
                .. result.Expired.Select(expired => $"{expired.Backup.Id}: {expired.Reason}."),
                .. result.Found.Select(id => $"{id} was found at its destination and is listed again."),
                .. result.Untrusted.Select(id => $"{id} was found at its destination, and its signature does not prove its origin."),
                .. result.Missing.Select(id => $"{id} is missing at its destination."),
            ],
            Before = new Dictionary<string, double> { ["backups"] = result.Present },
            After = new Dictionary<string, double> { ["backups"] = result.Present - result.Expired.Count },
        };
    }
}
