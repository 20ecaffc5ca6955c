using RagAspire.Backups.Drill;
using RagAspire.Backups.Files;
using RagAspire.Backups.Retention;
using RagAspire.Maintenance;

namespace RagAspire.Backups;

/// <summary>Makes a backup and reads it back.</summary>
internal sealed class BackupTask(BackupService backups, BackupVerifier verifier) : IMaintenanceTask
{
    public string Name => "backup";

    public string Summary => "Writes a backup of the database, and reads it back to see that it is good";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        if (context.DryRun)
        {
            var plan = await backups.PlanAsync(cancellationToken);
            return new TaskReport(1, 1, 0)
            {
                Notes = [$"A backup by {plan.Method} to {plan.Place} would need {Sizes.Of(plan.EstimatedBytes)} at most."],
                After = new Dictionary<string, double> { ["backup.bytes"] = plan.EstimatedBytes },
            };
        }

        var manifest = await backups.CreateAsync(context.Actor, (percent, step) => context.Report(percent, 100, step), cancellationToken);
        context.Report(65, 100, "reading it back");
        var check = await verifier.VerifyAsync(manifest.Id, context.Actor, cancellationToken);
        return new TaskReport(manifest.Tables.Sum(table => table.Rows), check.IsGood ? 1 : 0, check.IsGood ? 0 : 1)
        {
            Notes =
            [
                $"{manifest.Id} by {manifest.Method}: {Sizes.Of(manifest.SizeBytes)}, up to change {manifest.NewestIndexChange}.",
                check.IsGood ? $"Checked: {check.Says}." : $"It is damaged: {check.Says}",
                $"Vector index: {manifest.Vectors}.",
            ],
            After = new Dictionary<string, double> { ["backup.bytes"] = manifest.SizeBytes },
        };
    }
}

/// <summary>Deletes backups that are not kept.</summary>
internal sealed class BackupRetentionTask(BackupRetention retention) : IMaintenanceTask
{
    public string Name => "backup-retention";

    public string Summary => "Deletes backups that are older than what is kept, never the last good one";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        if (await retention.RunAsync(context.DryRun, context.Actor, cancellationToken) is not { } result)
        {
            return new TaskReport(0, 0, 0) { Skipped = "A backup is being made, checked or restored just now: nothing is deleted meanwhile." };
        }

        return new TaskReport(result.Present, result.Discarded.Count, 0)
        {
            Notes =
            [
                .. result.Discarded.Select(discarded => $"{discarded.Backup.Id}: {discarded.Reason}."),
                .. result.Found.Select(id => $"{id} was found at its place and is listed again."),
                .. result.Missing.Select(id => $"{id} is not at its place any more."),
            ],
            Before = new Dictionary<string, double> { ["backups"] = result.Present },
            After = new Dictionary<string, double> { ["backups"] = result.Present - result.Discarded.Count },
        };
    }
}

/// <summary>Restores the newest backup somewhere else and looks at it.</summary>
internal sealed class RestoreDrillTask(RestoreDrill drill, BackupStore store) : IMaintenanceTask
{
    public string Name => "restore-drill";

    public string Summary => "Restores the newest backup into a database of its own, compares it with the live one, and drops it";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        if (context.DryRun)
        {
            var newest = await store.NewestGoodAsync(cancellationToken);
            return new TaskReport(newest is null ? 0 : 1, 0, 0)
            {
                Notes = [newest is null ? "There is no good backup to restore." : $"{newest.Id} would be restored and dropped again."],
            };
        }

        var result = await drill.RunAsync(context.Actor, (percent, step) => context.Report(percent, 100, step), cancellationToken);
        return new TaskReport(result.Rows, 0, result.Error is null ? 0 : 1)
        {
            Skipped = result.Backup is null ? result.Notes[0] : null,
            Notes = result.Error is { } error ? [$"{result.Backup}: {error}"] : result.Notes,
            After = new Dictionary<string, double> { ["drill.seconds"] = result.Took.TotalSeconds },
        };
    }
}
