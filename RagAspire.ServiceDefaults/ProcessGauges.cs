using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

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
        var limit = MemoryLimit();
        meter.CreateObservableGauge("rag.process.start_timestamp", () => startedAt, "s", "When the process started");
        meter.CreateObservableGauge("rag.process.memory.limit", () => limit, "By", "How much memory the process may use");
    }

    /// <summary>
    /// The memory of the machine, or the limit of the control group. In a container the limit that the garbage collector
    /// reports is only three quarters of it.
    /// </summary>
    private static long MemoryLimit()
    {
        var limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var group = ControlGroupLimits().DefaultIfEmpty(long.MaxValue).Min();
        return limit / 7 * 10 >= group ? group : limit;
    }

    private static IEnumerable<long> ControlGroupLimits()
    {
        if (!OperatingSystem.IsLinux())
        {
            yield break;
        }

        const string root = "/sys/fs/cgroup";
        var own = File.ReadLines("/proc/self/cgroup").FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal))?["0::/".Length..] ?? "";
        for (var path = own; ; path = Path.GetDirectoryName(path) ?? "")
        {
            foreach (var file in new[] { Path.Combine(root, path, "memory.max"), Path.Combine(root, "memory", path, "memory.limit_in_bytes") })
            {
                // Version 1 of control groups expresses "no limit" by a number above any memory size.
                if (File.Exists(file) && long.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var bytes)
                    && bytes < 1L << 60)
                {
                    yield return bytes;
                }
            }

            if (path.Length == 0)
            {
                yield break;
            }
        }
    }
}
