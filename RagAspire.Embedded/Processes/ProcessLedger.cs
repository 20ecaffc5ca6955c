using System.Diagnostics;
using System.Globalization;

namespace RagAspire.Embedded.Processes;

/// <summary>
/// The file that lists our running children, so that whoever comes after us can end them when we could not: a process
/// that is killed hard takes nobody with it.
/// </summary>
public sealed class ProcessLedger(string path)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(30);
    private readonly Lock _writing = new();
    private readonly Dictionary<string, ProcessMark> _running = [];

    internal void Add(string name, Process process)
    {
        lock (_writing)
        {
            if (ProcessMark.Of(process) is { } mark)
            {
                _running[name] = mark;
                Write();
            }
        }
    }

    internal void Remove(string name)
    {
        lock (_writing)
        {
            _running.Remove(name);
            Write();
        }
    }

    /// <summary>What the file lists and still runs.</summary>
    public IReadOnlyList<(string Name, ProcessMark Process)> LeftOvers()
    {
        if (!File.Exists(path))
        {
            return [];
        }

        var found = new List<(string, ProcessMark)>();
        foreach (var parts in File.ReadLines(path).Select(line => line.Split(' ', 3)))
        {
            if (parts.Length == 3
                && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var processId)
                && DateTimeOffset.TryParse(parts[1], CultureInfo.InvariantCulture, out var startedAt)
                && new ProcessMark(processId, startedAt) is var mark
                && mark.IsRunning(Tolerance))
            {
                found.Add((parts[2], mark));
            }
        }

        return found;
    }

    /// <summary>Asks the processes to end, and ends what has not within the time.</summary>
    public static async Task EndAsync(
        IReadOnlyCollection<ProcessMark> processes, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsWindows())
        {
            foreach (var process in processes)
            {
                CLibrary.Signal(process.ProcessId, CLibrary.Terminate);
            }

            var waited = Stopwatch.StartNew();
            while (waited.Elapsed < patience && processes.Any(process => process.IsRunning(Tolerance)))
            {
                await Task.Delay(50, cancellationToken);
            }
        }

        foreach (var process in processes.Where(process => process.IsRunning(Tolerance)))
        {
            try
            {
                using var running = Process.GetProcessById(process.ProcessId);
                running.Kill(entireProcessTree: true);
                await running.WaitForExitAsync(cancellationToken);
            }
            catch (Exception ex) when (ex is ArgumentException or InvalidOperationException)
            {
                // It ended by itself in the meantime.
            }
        }
    }

    private void Write()
    {
        var fresh = path + ".new";
        File.WriteAllLines(fresh, _running.Select(entry => string.Create(
            CultureInfo.InvariantCulture, $"{entry.Value.ProcessId} {entry.Value.StartedAt:O} {entry.Key}")));
        File.Move(fresh, path, overwrite: true);
    }
}
