using System.Globalization;

namespace RagAspire.Monitoring.Memory;

/// <summary>How much memory processes may use.</summary>
public static class MemoryLimit
{
    private const string Root = "/sys/fs/cgroup";

    /// <summary>
    /// The limit of this process: that of its control group, or the memory of the machine. In a container the limit that the
    /// garbage collector reports is only three quarters of it.
    /// </summary>
    public static long OfThisProcess()
    {
        var limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var group = ControlGroupLimit("self") ?? long.MaxValue;
        return limit / 7 * 10 >= group ? group : limit;
    }

    /// <summary>The smallest limit of the control groups of a process; null without one.</summary>
    /// <param name="process">Its id, or <c>self</c>.</param>
    public static long? ControlGroupLimit(string process)
    {
        var limits = Groups(process).SelectMany(Limits).ToList();
        return limits.Count == 0 ? null : limits.Min();
    }

    /// <summary>The folder of the control group of a process; null where there is none.</summary>
    public static string? ControlGroup(string process) => Groups(process).FirstOrDefault(Directory.Exists);

    /// <summary>The folders from the control group of a process up to the root.</summary>
    private static IEnumerable<string> Groups(string process)
    {
        var own = "";
        try
        {
            own = OperatingSystem.IsLinux()
                ? File.ReadLines($"/proc/{process}/cgroup")
                    .FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal))?["0::/".Length..] ?? ""
                : null;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            // The process has ended.
        }

        for (var path = own; path is not null; path = path.Length == 0 ? null : Path.GetDirectoryName(path) ?? "")
        {
            yield return Path.Combine(Root, path);
        }
    }

    private static IEnumerable<long> Limits(string group)
    {
        var path = Path.GetRelativePath(Root, group);
        foreach (var file in new[] { Path.Combine(group, "memory.max"),
            Path.Combine(Root, "memory", path, "memory.limit_in_bytes") })
        {
            // Version 1 of control groups expresses "no limit" by a number above any memory size.
            if (File.Exists(file) && long.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var bytes)
                && bytes < 1L << 60)
            {
                yield return bytes;
            }
        }
    }
}
