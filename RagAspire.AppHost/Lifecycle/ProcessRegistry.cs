using System.Diagnostics;
using System.Globalization;
using RagAspire.Embedded;

namespace RagAspire.AppHost.Lifecycle;

/// <summary>
/// The file that lists the processes of this AppHost: the orchestrator's and those of the resources. When the AppHost is
/// killed, the guard or the next start ends from it what the orchestrator could not.
/// </summary>
internal sealed class ProcessRegistry(string path)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private readonly Lock _writing = new();
    private readonly Dictionary<string, ProcessIdentity> _running = [];

    public static ProcessRegistry In(string dataDirectory) => new(Path.Combine(dataDirectory, "processes"));

    /// <summary>Enters a process under a name, in the place of an earlier one of that name.</summary>
    public void Set(string name, int processId)
    {
        using var process = Find(processId);
        if (process is not null && ProcessIdentity.Of(process) is { } identity)
        {
            lock (_writing)
            {
                if (_running.GetValueOrDefault(name) != identity)
                {
                    _running[name] = identity;
                    Write();
                }
            }
        }
    }

    /// <summary>The processes of the file that still run.</summary>
    public IReadOnlyList<ProcessIdentity> Running()
    {
        if (!File.Exists(path))
        {
            return [];
        }

        var found = new List<ProcessIdentity>();
        foreach (var parts in File.ReadLines(path).Select(line => line.Split(' ', 3)))
        {
            if (parts.Length == 3
                && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var processId)
                && DateTimeOffset.TryParse(parts[1], CultureInfo.InvariantCulture, out var startedAt)
                && new ProcessIdentity(processId, startedAt) is var identity
                && identity.IsRunning(Tolerance))
            {
                found.Add(identity);
            }
        }

        return found;
    }

    /// <summary>Ends the processes of the file: SIGTERM first, and after the time a kill with all children.</summary>
    public async Task EndAllAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var processes = Running();
        if (!OperatingSystem.IsWindows())
        {
            foreach (var process in processes)
            {
                CLibrary.Signal(process.ProcessId, CLibrary.Terminate);
            }

            var waited = Stopwatch.StartNew();
            while (waited.Elapsed < patience && processes.Any(process => process.IsRunning(Tolerance)))
            {
                await Task.Delay(PollInterval, cancellationToken);
            }
        }

        foreach (var left in processes.Where(process => process.IsRunning(Tolerance)))
        {
            using var process = Find(left.ProcessId);
            process?.Kill(entireProcessTree: true);
        }
    }

    private static Process? Find(int processId)
    {
        try
        {
            return Process.GetProcessById(processId);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private void Write()
    {
        var temporary = path + ".new";
        File.WriteAllLines(temporary, _running.Select(entry => string.Create(
            CultureInfo.InvariantCulture, $"{entry.Value.ProcessId} {entry.Value.StartedAt:O} {entry.Key}")));
        File.Move(temporary, path, overwrite: true);
    }
}
