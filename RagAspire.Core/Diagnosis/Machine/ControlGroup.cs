namespace RagAspire.Diagnosis.Machine;

/// <summary>
/// The limits and counters of this process' control group, of version 2 or 1. Null where there is no limit, so that the
/// machine's figures count.
/// </summary>
internal sealed class ControlGroup(KernelFiles files)
{
    private const string Root = "/sys/fs/cgroup";

    // Version 1 writes a number near the largest one in the place of "no limit".
    private const double Unlimited = 1L << 60;

    private bool IsV2 => files.Exists($"{Root}/cgroup.controllers");

    public string MemoryUsedPath => IsV2 ? Find("", "memory.current") : Find("memory", "memory.usage_in_bytes");

    public string MemoryLimitPath => IsV2 ? Find("", "memory.max") : Find("memory", "memory.limit_in_bytes");

    public string CpuStatPath => IsV2 ? Find("", "cpu.stat") : Find("cpu", "cpu.stat");

    /// <summary>Bytes.</summary>
    public double? MemoryLimit => files.Number(MemoryLimitPath) is { } limit and < Unlimited ? limit : null;

    /// <summary>Bytes, without the page cache that the kernel gives back first.</summary>
    public double? MemoryUsed => files.Number(MemoryUsedPath) - (files.Number(
        IsV2 ? Find("", "memory.stat") : Find("memory", "memory.stat"), IsV2 ? "inactive_file" : "total_inactive_file") ?? 0);

    public double? SwapLimit => IsV2 && files.Number(Find("", "memory.swap.max")) is { } limit and > 0 ? limit : null;

    public double? SwapUsed => IsV2 ? files.Number(Find("", "memory.swap.current")) : null;

    public string IoPressurePath => IsV2 && files.Exists(Find("", "io.pressure")) ? Find("", "io.pressure") : "/proc/pressure/io";

    /// <summary>Processors that may be used at once.</summary>
    public double? CpuLimit
    {
        get
        {
            if (IsV2)
            {
                return KernelFiles.Split(files.Text(Find("", "cpu.max")) ?? "") is [var quota, var period, ..]
                    ? KernelFiles.Parse(quota) / KernelFiles.Parse(period)
                    : null;
            }

            return files.Number(Find("cpu", "cpu.cfs_quota_us")) is { } limit and > 0
                ? limit / files.Number(Find("cpu", "cpu.cfs_period_us"))
                : null;
        }
    }

    /// <summary>Seconds of processor time since the group exists.</summary>
    public double? CpuTime => IsV2
        ? (files.Number(CpuStatPath, "usage_usec") - (files.Number(CpuStatPath, "nice_usec") ?? 0)) / 1e6
        : files.Number(Find("cpuacct", "cpuacct.usage")) / 1e9;

    public double Periods => files.Number(CpuStatPath, "nr_periods") ?? 0;

    public double ThrottledPeriods => files.Number(CpuStatPath, "nr_throttled") ?? 0;

    public string OutOfMemoryPath => IsV2 ? Find("", "memory.events") : Find("memory", "memory.oom_control");

    public double OutOfMemoryKills => files.Number(OutOfMemoryPath, "oom_kill") ?? 0;

    /// <summary>
    /// A file of this process' group. Inside a container the group is mounted at the root; outside it is below, and a group
    /// without the file is governed by its parents.
    /// </summary>
    private string Find(string controller, string file)
    {
        var root = controller.Length == 0 ? Root : $"{Root}/{controller}";
        for (var group = Own(controller); group.Length > 0; group = group[..Math.Max(0, group.LastIndexOf('/'))])
        {
            if (files.Exists($"{root}{group}/{file}"))
            {
                return $"{root}{group}/{file}";
            }
        }

        return $"{root}/{file}";
    }

    /// <summary>The path of the group, such as <c>/system.slice/api.service</c>; empty for the root.</summary>
    private string Own(string controller) => files.Lines("/proc/self/cgroup")
        .Select(line => line.Split(':', 3))
        .Where(parts => parts.Length == 3 && (controller.Length == 0
            ? parts[0] == "0"
            : parts[1].Split(',').Contains(controller)))
        .Select(parts => parts[2].TrimEnd('/'))
        .FirstOrDefault() ?? "";
}
