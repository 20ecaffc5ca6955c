using Microsoft.Extensions.Diagnostics.HealthChecks;
using RagAspire.Maintenance.Tasks.Index;
using RagAspire.Monitoring;
using RagAspire.Vectors.Sync;

namespace RagAspire.Maintenance.Tasks;

/// <summary>Checks the health of every component, and records the result.</summary>
public sealed class HealthCheck(HealthCheckService health, IndexOperations index, IndexGeneration generation) : IMaintenanceTask
{
    private const string IndexCheck = "vector_db";

    public string Name => "health-check";

    public string Summary => "Checks whether every component of the system answers.";

    /// <summary>Only a shared index is worth loading for this check.</summary>
    public bool NeedsIndex => index.IsShared;

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        // A command has no in-process index to check; the processes with one announce themselves in the database.
        var isElsewhere = !index.IsShared && !generation.IsLoaded;
        var result = await health.CheckHealthAsync(
            check => check.Tags.Contains(HealthTags.Component) && !(isElsewhere && check.Name == IndexCheck), cancellationToken);
        var report = new ReportBuilder { Examined = result.Entries.Count + (isElsewhere ? 1 : 0) };
        foreach (var (name, entry) in result.Entries)
        {
            report.After($"{name}.milliseconds", entry.Duration.TotalMilliseconds);
            if (entry.Status != HealthStatus.Healthy)
            {
                report.Fail($"{name}: {entry.Description ?? entry.Exception?.Message ?? "no answer in time"}");
            }
        }

        if (isElsewhere && !await index.IsPresentAsync(cancellationToken))
        {
            report.Fail($"{IndexCheck}: no process with an index is running.");
        }

        return report.Build();
    }
}
