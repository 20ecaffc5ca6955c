using System.Globalization;

namespace RagAspire.Monitoring.Memory;

/// <summary>Reads the processor time of a process with its children.</summary>
public static class ProcessorTime
{
    /// <summary>Linux gives times in hundredths of a second to every program.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>
    /// Seconds of processor time of a process and of all children that it has had, such as the sessions of a PostgreSQL server.
    /// </summary>
    /// <returns>Null where it cannot be read.</returns>
    public static double? OfTree(int root)
    {
        if (!OperatingSystem.IsLinux() || Read(root) is not { } server)
        {
            return null;
        }

        var children = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? Read(id) : null)
            .Where(process => process?.Parent == root)
            .Sum(process => process!.Own);
        return (server.Own + server.Ended + children) / TicksPerSecond;
    }

    /// <summary>The fields of <c>/proc/…/stat</c>, which follow the name in parentheses.</summary>
    private static Times? Read(int processId)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{processId}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new Times(int.Parse(fields[1], CultureInfo.InvariantCulture), Sum(fields, 11), Sum(fields, 13));
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Time in the program and time in the kernel stand beside each other.</summary>
    private static long Sum(string[] fields, int first) =>
        long.Parse(fields[first], CultureInfo.InvariantCulture) + long.Parse(fields[first + 1], CultureInfo.InvariantCulture);

    /// <param name="Own">Of the process itself.</param>
    /// <param name="Ended">Of its children that have ended.</param>
    private sealed record Times(int Parent, long Own, long Ended);
}
