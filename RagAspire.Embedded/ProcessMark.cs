using System.ComponentModel;
using System.Diagnostics;

namespace RagAspire.Embedded;

/// <summary>
/// Names one process for good: a process id alone proves nothing later, because another program may have it by then.
/// </summary>
/// <param name="ProcessId">The id while it runs.</param>
/// <param name="StartedAt">When it started, as the operating system says.</param>
public sealed record ProcessMark(int ProcessId, DateTimeOffset StartedAt)
{
    /// <summary>Null when the process has ended already, because then nobody knows any more when it started.</summary>
    public static ProcessMark? Of(Process process)
    {
        try
        {
            return new ProcessMark(process.Id, process.StartTime);
        }
        catch (Exception ex) when (ex is InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Whether it still runs.</summary>
    /// <param name="tolerance">How far two readings of the start may differ; the system clock may have been set since.</param>
    /// <param name="name">What the program must be called at the beginning, or null for any.</param>
    public bool IsRunning(TimeSpan tolerance, string? name = null)
    {
        try
        {
            using var process = Process.GetProcessById(ProcessId);
            return (name is null || process.ProcessName.StartsWith(name, StringComparison.Ordinal))
                && (new DateTimeOffset(process.StartTime) - StartedAt).Duration() <= tolerance
                && !process.HasExited
                && !IsZombie();
        }
        catch (Exception ex) when (ex is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return false;
        }
    }

    // In a container whose first process never collects its children, the dead stay on the list.
    private bool IsZombie()
    {
        try
        {
            var status = OperatingSystem.IsLinux() ? File.ReadAllText($"/proc/{ProcessId}/stat") : "";
            return status.LastIndexOf(')') is var end and > 0 && status.AsSpan(end).StartsWith(") Z");
        }
        catch (IOException)
        {
            // Gone between the question and the look.
            return true;
        }
    }
}
