using System.Diagnostics;
using System.Diagnostics.Metrics;
using RagAspire.Monitoring.Memory;

namespace Microsoft.Extensions.Hosting;

/// <summary>The start time and the memory limit of this process, which the runtime's instruments do not include.</summary>
public sealed class ProcessGauges
{
    public const string MeterName = "RagAspire.Process";

    public ProcessGauges(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        using var process = Process.GetCurrentProcess();
        var startedAt = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000d;
        var limit = MemoryLimit.OfThisProcess();
        meter.CreateObservableGauge("rag.process.start_timestamp", () => startedAt, "s", "When the process started");
        meter.CreateObservableGauge("rag.process.memory.limit", () => limit, "By", "How much memory the process may use");
    }
}
