using System.ComponentModel;
using System.Diagnostics;

namespace RagAspire.Embedded;

/// <summary>
/// Identifies one process for good. A process id alone does not: after the process has ended another one may get it.
/// </summary>
/// <param name="ProcessId">The id while it runs.</param>
/// <param name="StartedAt">When it started, as the operating system says.</param>
public sealed record ProcessIdentity(int ProcessId, DateTimeOffset StartedAt)
{
    /// <summary>Null when the process has ended already: its start time is gone then.</summary>
    public static ProcessIdentity? Of(Process process)
    {
        try
        {
            return new ProcessIdentity(process.Id, process.StartTime);
        }
        catch (Exception ex) when (ex is InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Whether it still runs.</summary>
    /// <param name="tolerance">How far two readings of the start may differ; the system clock may have been set since.</param>
    /// <param name="name">Prefix of the program name, or null for any program.</param>
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

    // In a container whose first process never reaps its children, ended processes stay in the process table.
    private bool IsZombie()
    {
        try
        {
            var status = OperatingSystem.IsLinux() ? File.ReadAllText($"/proc/{ProcessId}/stat") : "";
            return status.LastIndexOf(')') is var end and > 0 && status.AsSpan(end).StartsWith(") Z");
        }
        catch (IOException)
        {
            // The process ended in between.
            return true;
        }
    }
}
