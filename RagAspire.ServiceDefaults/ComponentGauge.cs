using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RagAspire.Monitoring;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// <c>rag_component_up</c>: one series for each component, 1 when its last health check succeeded, else 0. A component
/// that is not configured has no series.
/// </summary>
public sealed class ComponentGauge : IHealthCheckPublisher
{
    public const string MeterName = "RagAspire.Health";

    private readonly ConcurrentDictionary<string, bool> _up = new();

    public ComponentGauge(IMeterFactory meters)
    {
        meters.Create(MeterName).CreateObservableGauge(
            "rag.component.up",
            () => _up.Select(component => new Measurement<int>(
                component.Value ? 1 : 0, new KeyValuePair<string, object?>("component", component.Key))),
            description: "Whether a component answers");
    }

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        foreach (var (name, entry) in report.Entries)
        {
            if (entry.Description == HealthTags.NotConfigured)
            {
                _up.TryRemove(name, out _);
            }
            else
            {
                _up[name] = entry.Status == HealthStatus.Healthy;
            }
        }

        return Task.CompletedTask;
    }
}
