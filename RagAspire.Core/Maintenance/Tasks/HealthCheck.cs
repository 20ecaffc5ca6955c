using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace RagAspire.Maintenance.Tasks;

/// <summary>Asks every component, and leaves a record of what it found.</summary>
public sealed class HealthCheck(HealthCheckService health) : IMaintenanceTask
{
    public string Name => "health-check";

    public string Summary => "Asks every component of the system whether it answers.";

    public async Task<TaskReport> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        var report = await health.CheckHealthAsync(check => check.Tags.Contains(HealthTags.Component), cancellationToken);
        var down = report.Entries.Where(entry => entry.Value.Status != HealthStatus.Healthy).ToList();
        return new TaskReport(report.Entries.Count, 0, down.Count)
        {
            Notes = [.. down.Select(entry => $"{entry.Key}: {entry.Value.Description ?? entry.Value.Exception?.Message ?? "no answer in time"}")],
            After = report.Entries.ToDictionary(entry => $"{entry.Key}.milliseconds", entry => entry.Value.Duration.TotalMilliseconds),
        };
    }
}
