namespace RagAspire.Maintenance.Tasks.CleanUp;

/// <summary>Every night: old files and records, expired leases, unused containers, and caches over their budget.</summary>
public sealed class CleanUpTask(OldFiles files, OldRecords records, UnusedContainers containers, CacheBudget caches)
    : IMaintenanceTask
{
    public string Name => "clean-up";

    public string Summary =>
        "Removes old log and temporary files, expired leases, old job records, orphaned uploads, caches over their budget and, where "
        + "the worker has the container engine's socket, unused containers and images of the deployment.";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        var report = new ReportBuilder();
        context.Report(0, 4, "files");
        files.Clean(report, context.DryRun, cancellationToken);
        context.Report(1, 4, "leases and records");
        await records.CleanAsync(report, context.DryRun, cancellationToken);
        context.Report(2, 4, "containers");
        await containers.CleanAsync(report, context.DryRun, cancellationToken);
        context.Report(3, 4, "caches");
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
