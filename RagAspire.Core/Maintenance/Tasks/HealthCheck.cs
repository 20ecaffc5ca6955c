using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using RagAspire.Maintenance.Tasks.Index;
using RagAspire.Monitoring;
using RagAspire.Vectors.Sync;

namespace RagAspire.Maintenance.Tasks;

/// <summary>Asks every component, and leaves a record of what it found.</summary>
public sealed class HealthCheck(HealthCheckService health, IndexOperations index, IndexGeneration generation) : IMaintenanceTask
{
    private const string IndexCheck = "vector_db";

    public string Name => "health-check";

    public string Summary => "Asks every component of the system whether it answers.";

    /// <summary>Nobody loads an index of a process' own to see whether it answers; of a shared one it is known where it is.</summary>
    public bool NeedsIndex => index.IsShared;

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        // A command has no index of its own that it could ask; those who have one say that they are there.
        var isElsewhere = !index.IsShared && !generation.IsLoaded;
        var report = await health.CheckHealthAsync(
            check => check.Tags.Contains(HealthTags.Component) && !(isElsewhere && check.Name == IndexCheck), cancellationToken);
        var tally = new ReportBuilder { Examined = report.Entries.Count + (isElsewhere ? 1 : 0) };
        foreach (var (name, entry) in report.Entries)
        {
            tally.After($"{name}.milliseconds", entry.Duration.TotalMilliseconds);
            if (entry.Status != HealthStatus.Healthy)
            {
                tally.Fail($"{name}: {entry.Description ?? entry.Exception?.Message ?? "no answer in time"}");
            }
        }

        if (isElsewhere && !await index.IsPresentAsync(cancellationToken))
        {
            tally.Fail($"{IndexCheck}: no process with an index is there.");
        }

        return tally.Report();
    }
}
