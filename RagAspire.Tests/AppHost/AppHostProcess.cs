using System.Collections.Concurrent;
using System.Diagnostics;
using RagAspire.Embedded;
using RagAspire.Embedded.Postgres;
using RagAspire.AppHost.Lifecycle;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.AppHost;

/// <summary>The real AppHost as a process, on a data directory and ports of its own.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Process _process;

    private AppHostProcess(Process process, string dataDirectory, int apiPort, int workerPort)
    {
        (_process, DataDirectory, ApiPort, WorkerPort) = (process, dataDirectory, apiPort, workerPort);
    }

    public string DataDirectory { get; }

    public int ApiPort { get; }

    public int WorkerPort { get; }

    public string Output => string.Join('\n', _lines);

    public ProcessIdentity? Postgres => EmbeddedPostgres.RunningOn(DataDirectory);

    public static AppHostProcess Start(string dataDirectory, params string[] arguments)
    {
        var (apiPort, workerPort) = (FreePort.Next(), FreePort.Next());

        // As from a terminal: a process group of its own, which Ctrl-C reaches as a whole.
        var info = new ProcessStartInfo("setsid") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] command =
        [
            "dotnet", BuildOutput.Of("RagAspire.AppHost"), "--mode", "embedded", "--data", dataDirectory, "--dashboard", "false", "--monitoring", "false",
            "--api-port", $"{apiPort}", "--worker-port", $"{workerPort}", .. arguments,
        ];
        foreach (var word in command)
        {
            info.ArgumentList.Add(word);
        }

        foreach (var name in info.Environment.Keys.Where(IsOurs).ToList())
        {
            info.Environment.Remove(name);
        }

        var host = new AppHostProcess(Process.Start(info)!, dataDirectory, apiPort, workerPort);
        host._process.OutputDataReceived += (_, line) => host.Keep(line.Data);
        host._process.ErrorDataReceived += (_, line) => host.Keep(line.Data);
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        return host;
    }

    public static async Task<AppHostProcess> StartReadyAsync(string dataDirectory, params string[] arguments)
    {
        var host = Start(dataDirectory, arguments);
        await host.SaysAsync("RagAspire is ready");
        return host;
    }

    /// <summary>Waits for a text in the output.</summary>
    public Task SaysAsync(string text) => Eventually.TrueAsync(
        () =>
        {
            var said = Output.Contains(text, StringComparison.Ordinal);
            Assert.True(said || !_process.HasExited, $"The AppHost ended:\n{Output}");
            return Task.FromResult(said);
        },
        Patience,
        () => $"The AppHost does not say '{text}':\n{Output}",
        TestContext.Current.CancellationToken);

    /// <summary>API and worker of this run, by name.</summary>
    public Dictionary<string, ProcessIdentity> Children()
    {
        var found = new Dictionary<string, ProcessIdentity>();
        foreach (var process in Process.GetProcesses().Where(process => process.ProcessName.StartsWith("RagAspire.Api", StringComparison.Ordinal)
            || process.ProcessName.StartsWith("RagAspire.Worke", StringComparison.Ordinal)))
        {
            using (process)
            {
                if (HasOurData(process.Id) && ProcessIdentity.Of(process) is { } mark)
                {
                    found[process.ProcessName.EndsWith("Api", StringComparison.Ordinal) ? "api" : "worker"] = mark;
                }
            }
        }

        return found;
    }

    public bool AnyLeft() => Postgres is not null || Children().Count > 0;

    /// <summary>Ctrl-C: the terminal sends it to the whole process group.</summary>
    public void PressControlC() => Assert.True(CLibrary.Signal(-_process.Id, CLibrary.Interrupt));

    public void Terminate() => Assert.True(CLibrary.Signal(_process.Id, CLibrary.Terminate));

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>kill -9, only this one process.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    /// <summary>Ends the guard of this run, so that nobody tidies up after a kill.</summary>
    public void KillGuard()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), out var processId) && IsGuard(directory))
            {
                using var guard = Process.GetProcessById(processId);
                guard.Kill();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Terminate();
            await ExitAsync();
        }

        _process.Dispose();
    }

    private static bool IsOurs(string variable) =>
        variable.StartsWith("RAGASPIRE_", StringComparison.Ordinal)
        || variable.StartsWith("ConnectionStrings__", StringComparison.Ordinal)
        || variable.StartsWith("OTEL_", StringComparison.Ordinal);

    private bool HasOurData(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/environ").Split('\0').Contains($"RAGASPIRE_DATA={DataDirectory}");
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private bool IsGuard(string directory)
    {
        try
        {
            var words = File.ReadAllText(Path.Combine(directory, "cmdline")).Split('\0');
            return words.Contains(ProcessGuard.Verb) && words.Contains(DataDirectory);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
        }
    }
}
