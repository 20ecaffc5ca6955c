using RagAspire.Maintenance;

namespace RagAspire.Backups;

/// <summary>The task <c>backup</c>.</summary>
internal sealed class BackupTask(BackupService backups, BackupVerifier verifier) : IMaintenanceTask
{
    public string Name => "backup";

    public string Summary => "Makes a backup of the database and verifies it";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        if (context.DryRun)
        {
            var plan = await backups.PlanAsync(cancellationToken);
            return new TaskReport(1, 1, 0)
            {
                Notes = [$"A backup to {plan.Place} would need {ByteSize.Format(plan.EstimatedBytes)} at most."],
                After = new Dictionary<string, double> { ["backup.bytes"] = plan.EstimatedBytes },
            };
        }

        var manifest = await backups.CreateAsync(
            context.Actor, (percent, step) => context.Report(percent, 100, step), cancellationToken);
        context.Report(65, 100, "verifying it");
        var result = await verifier.VerifyAsync(manifest.Id, context.Actor, cancellationToken);
        return new TaskReport(manifest.Tables.Sum(table => table.Rows), result.IsGood ? 1 : 0, result.IsGood ? 0 : 1)
        {
            Notes =
            [
                $"{manifest.Id}: {ByteSize.Format(manifest.SizeBytes)}, up to index change {manifest.NewestIndexChange}.",
                result.Note,
            ],
            After = new Dictionary<string, double> { ["backup.bytes"] = manifest.SizeBytes },
        };
    }
}
