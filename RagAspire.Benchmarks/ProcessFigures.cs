using System.Globalization;

namespace RagAspire.Benchmarks;

/// <summary>What Linux knows of a process; 0 when it has ended.</summary>
internal static class ProcessFigures
{
    private const double TicksPerSecond = 100;

    /// <summary>Memory that is not shared with files or other processes.</summary>
    public static long OwnBytes(int process) => Field(process, "RssAnon:") << 10;

    /// <summary>Resident memory, what it shares included.</summary>
    public static long ResidentBytes(int process) => Field(process, "VmRSS:") << 10;

    /// <summary>The most resident memory that it has had, what it shares included.</summary>
    public static long PeakBytes(int process) => Field(process, "VmHWM:") << 10;

    public static long OwnBytesWithChildren(int process) => Children(process).Append(process).Sum(OwnBytes);

    /// <summary>Open files, sockets and pipes.</summary>
    public static long Handles(int process)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").LongCount();
        }
        catch (IOException)
        {
            return 0;
        }
    }

    public static IEnumerable<int> Children(int parent) => Directory.EnumerateDirectories("/proc")
        .Select(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0 && Field(id, "PPid:") == parent);

    /// <summary>CPU time of the process in its own code and in the kernel.</summary>
    public static double CpuSeconds(int process) => CpuSeconds($"/proc/{process}", 11..13);

    /// <summary>CPU time of the threads of the process that have this name.</summary>
    public static double ThreadCpuSeconds(int process, string name) => Directory.EnumerateDirectories($"/proc/{process}/task")
        .Where(thread => ReadOrEmpty($"{thread}/comm").Trim() == name).Sum(thread => CpuSeconds(thread, 11..13));

    /// <summary>CPU time of the process and of its children, those that it has waited for at their end included.</summary>
    public static double CpuSecondsWithChildren(int process) =>
        CpuSeconds($"/proc/{process}", 11..15) + Children(process).Sum(child => CpuSeconds($"/proc/{child}", 11..15));

    private static double CpuSeconds(string directory, Range times)
    {
        // The name of the program may hold spaces; the fields after it are counted from its last parenthesis.
        var fields = ReadOrEmpty($"{directory}/stat").Split(") ").Last().Split(' ');
        return fields.Length < times.End.Value ? 0
            : fields[times].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private static string ReadOrEmpty(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static long Field(int process, string name)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
