using System.Diagnostics;
using System.Globalization;
using RagAspire.Embedded;

namespace RagAspire.AppHost.Lifecycle;

/// <summary>A process with its parent and command line, which .NET does not tell.</summary>
internal sealed record RunningProcess(int Id, int ParentId, IReadOnlyList<string> Arguments);

/// <summary>The processes of this machine, from <c>/proc</c>.</summary>
internal static class ProcessTable
{
    public static bool IsAvailable => OperatingSystem.IsLinux();

    public static IReadOnlyList<RunningProcess> Read()
    {
        var found = new List<RunningProcess>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id)
                && ReadOne(directory, id) is { } process)
            {
                found.Add(process);
            }
        }

        return found;
    }

    public static ProcessIdentity? IdentityOf(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return ProcessIdentity.Of(process);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static RunningProcess? ReadOne(string directory, int id)
    {
        try
        {
            // The name stands in parentheses and may contain anything; the state and the parent follow it.
            var status = File.ReadAllText(Path.Combine(directory, "stat"));
            var parent = status[(status.LastIndexOf(')') + 2)..].Split(' ')[1];
            var line = File.ReadAllText(Path.Combine(directory, "cmdline"));
            return new RunningProcess(
                id, int.Parse(parent, CultureInfo.InvariantCulture), line.Split('\0', StringSplitOptions.RemoveEmptyEntries));
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            // It ended while the table was read, or belongs to another account.
            return null;
        }
    }
}
