using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace RagAspire.Monitoring.Memory;

/// <summary>What the operating system knows of a process, its own or another one.</summary>
/// <param name="WorkingSet">Bytes.</param>
/// <param name="Processor">Seconds of processor time since the start.</param>
/// <param name="Handles">Open files and sockets; null where they may not be counted.</param>
public sealed record ProcessFigures(
    string Name, DateTimeOffset StartedAt, long WorkingSet, double Processor, int? Handles, int Threads);

/// <summary>Reads the memory of processes.</summary>
public static class ProcessMemory
{
    /// <returns>Null when there is no such process, or no longer.</returns>
    public static ProcessFigures? Read(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return new ProcessFigures(
                process.ProcessName,
                process.StartTime,
                process.WorkingSet64,
                process.TotalProcessorTime.TotalSeconds,
                Handles(process),
                process.Threads.Count);
        }
        catch (Exception ex) when (ex is ArgumentException or InvalidOperationException or Win32Exception or IOException)
        {
            return null;
        }
    }

    /// <summary>The processes whose program has this name, or this assembly where <c>dotnet</c> runs it.</summary>
    public static IReadOnlyList<int> Find(string name) =>
        [.. Named(name).Concat(Named("dotnet").Where(id => AssemblyOf(id) == name)).Distinct().Order()];

    /// <summary>What <c>dotnet</c> runs as a process; null where that is not known.</summary>
    private static string? AssemblyOf(int processId)
    {
        try
        {
            var file = File.ReadAllText($"/proc/{processId}/cmdline").Split('\0').Skip(1)
                .FirstOrDefault(argument => argument.EndsWith(".dll", StringComparison.Ordinal));
            return Path.GetFileNameWithoutExtension(file);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static List<int> Named(string name)
    {
        var found = Process.GetProcessesByName(name);
        try
        {
            return [.. found.Select(process => process.Id)];
        }
        finally
        {
            Array.ForEach(found, process => process.Dispose());
        }
    }

    /// <summary>
    /// The memory of a process and its children, such as a PostgreSQL server: their own pages, and the shared pages once. The sum
    /// of their working sets would count shared memory as often as there are sessions.
    /// </summary>
    /// <returns>Null where it cannot be read.</returns>
    public static long? OfTree(int root)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var parts = Directory.EnumerateDirectories("/proc")
            .Select(folder =>
                int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? Status(id) : null)
            .OfType<Dictionary<string, long>>()
            .Where(status => status["Pid"] == root || status["PPid"] == root)
            .ToList();
        return parts.Count == 0 ? null
            : parts.Sum(status => Of(status, "RssAnon")) + parts.Max(status => Of(status, "RssShmem") + Of(status, "RssFile"));
    }

    /// <summary>The parent of a process; null when it cannot be read.</summary>
    public static int? ParentOf(int processId) => (int?)Status(processId)?.GetValueOrDefault("PPid");

    private static long Of(Dictionary<string, long> status, string field) => status.GetValueOrDefault(field) * 1024;

    /// <summary>The numbers of <c>/proc/…/status</c>; sizes are in kB.</summary>
    private static Dictionary<string, long>? Status(int processId)
    {
        try
        {
            var fields = new Dictionary<string, long>();
            foreach (var line in File.ReadLines($"/proc/{processId}/status"))
            {
                var value = line.AsSpan(line.IndexOf(':') + 1).Trim();
                value = value.EndsWith(" kB", StringComparison.Ordinal) ? value[..^3] : value;
                if (long.TryParse(value, CultureInfo.InvariantCulture, out var number))
                {
                    fields[line[..line.IndexOf(':')]] = number;
                }
            }

            return fields.ContainsKey("Pid") && fields.ContainsKey("PPid") ? fields : null;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int? Handles(Process process)
    {
        if (!OperatingSystem.IsLinux())
        {
            return process.HandleCount;
        }

        try
        {
            return Directory.EnumerateFileSystemEntries($"/proc/{process.Id}/fd").Count();
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
