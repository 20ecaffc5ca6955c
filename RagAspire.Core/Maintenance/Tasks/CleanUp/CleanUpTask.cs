namespace RagAspire.Maintenance.Tasks.CleanUp;

/// <summary>Every night: old files and records, expired leases, and caches over their budget.</summary>
public sealed class CleanUpTask(OldFiles files, OldRecords records, CacheBudget caches) : IMaintenanceTask
{
    public string Name => "clean-up";

    public string Summary =>
        "Removes old log and temporary files, expired leases, old job records, orphaned uploads and caches over their budget.";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        var report = new ReportBuilder();
        context.Report(0, 3, "files");
        files.Clean(report, context.DryRun, cancellationToken);
        context.Report(1, 3, "leases and records");
        await records.CleanAsync(report, context.DryRun, cancellationToken);
        context.Report(2, 3, "caches");
        try
        {
            await caches.CleanAsync(report, context.DryRun, cancellationToken);
        }
        catch (MaintenanceException ex)
        {
            // Everything else is done, and the report shall say so.
            report.Fail(ex.Message);
        }

        return report.Build();
    }
}
