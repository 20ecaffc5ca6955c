using RagAspire.Maintenance;

namespace RagAspire.Backups.Drill;

/// <summary>The task <c>restore-drill</c>.</summary>
internal sealed class RestoreDrillTask(RestoreDrill drill, BackupStore store) : IMaintenanceTask
{
    public string Name => "restore-drill";

    public string Summary =>
        "Restores the newest good backup into a scratch database, compares it with the live one, and drops it";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        if (context.DryRun)
        {
            var newest = await store.NewestGoodAsync(cancellationToken);
            return new TaskReport(newest is null ? 0 : 1, 0, 0)
            {
                Notes = [newest is null ? RestoreDrill.NoBackup : $"{newest.Id} would be restored into a scratch database."],
            };
        }

        var result = await drill.RunAsync(
            context.Actor, (percent, step) => context.Report(percent, 100, step), cancellationToken);
        return result switch
        {
            null => new TaskReport(0, 0, 0) { Skipped = RestoreDrill.NoBackup },
            { Error: { } error } => Report(result, failed: 1) with { Notes = [$"{result.Backup}: {error}"] },
            _ => Report(result, failed: 0) with { Notes = result.Notes },
        };
    }

    private static TaskReport Report(DrillResult result, int failed) => new(result.Rows, 0, failed)
    {
        After = new Dictionary<string, double> { ["drill.seconds"] = result.Took.TotalSeconds },
    };
}
