using System.ComponentModel;
using System.Diagnostics;

namespace RagAspire.Embedded.Processes;

/// <summary>Keeps one program running: starts it again when it ends, less and less eagerly, until it is told to stop.</summary>
public sealed class ChildProcess(ChildSpec spec, ProcessLedger ledger, ConsoleOutput output, TimeProvider time)
    : IAsyncDisposable
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    // Who ran this long was well, and starts again at once the next time.
    private static readonly TimeSpan RanWell = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _starting = new();
    private Process? _process;
    private Task _supervision = Task.CompletedTask;

    public ChildSpec Spec => spec;

    /// <summary>The process that runs now, or null between two.</summary>
    public int? ProcessId
    {
        get
        {
            lock (_starting)
            {
                return _process is { HasExited: false } running ? running.Id : null;
            }
        }
    }

    /// <summary>How often it has ended without being asked to.</summary>
    public int Crashes { get; private set; }

    /// <exception cref="EmbeddedStoreException">The program cannot be started at all.</exception>
    public void Start()
    {
        var first = StartProcess()!;
        _supervision = Task.Run(() => SuperviseAsync(first));
    }

    /// <summary>Asks it to end, waits as long as it may take, and then ends it.</summary>
    /// <param name="hurry">Cancelled when nobody wants to wait any longer.</param>
    public async Task StopAsync(CancellationToken hurry)
    {
        await _stopping.CancelAsync();
        Process? process;
        lock (_starting)
        {
            process = _process;
        }

        if (process is { HasExited: false })
        {
            await EndAsync(process, hurry);
        }

        await _supervision;
    }

    /// <summary>Ends it without patience.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(hurry: new CancellationToken(canceled: true));
        _stopping.Dispose();
    }

    private async Task EndAsync(Process process, CancellationToken hurry)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(hurry);
        patience.CancelAfter(spec.StopTimeout);
        try
        {
            // Windows has no way to ask a process without a window.
            if (!OperatingSystem.IsWindows() && CLibrary.Signal(process.Id, CLibrary.Terminate))
            {
                await process.WaitForExitAsync(patience.Token);
                return;
            }
        }
        catch (OperationCanceledException)
        {
            output.Line(spec.Name, $"did not end within {spec.StopTimeout.TotalSeconds:0} s and is killed");
        }

        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
    }

    private async Task SuperviseAsync(Process? process)
    {
        for (var failures = 0; process is not null; process = await RestartAsync())
        {
            var started = time.GetTimestamp();
            var lines = Task.WhenAll(ForwardAsync(process.StandardOutput), ForwardAsync(process.StandardError));
            await process.WaitForExitAsync(CancellationToken.None);

            // A grandchild may still hold the pipes; what it says is of no interest any more.
            await Task.WhenAny(lines, Task.Delay(TimeSpan.FromSeconds(1), time));
            ledger.Remove(spec.Name);
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            Crashes++;
            failures = time.GetElapsedTime(started) > RanWell ? 0 : failures + 1;
            var delay = Delay(failures);
            output.Line(spec.Name, $"ended with exit code {process.ExitCode}; starts again in {delay.TotalSeconds:0.#} s");
            await Task.Delay(delay, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Process?> RestartAsync()
    {
        while (true)
        {
            try
            {
                return StartProcess();
            }
            catch (EmbeddedStoreException ex)
            {
                output.Line(spec.Name, ex.Message);
                await Task.Delay(LongestDelay, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    internal static TimeSpan Delay(int failures) =>
        TimeSpan.FromSeconds(Math.Min(LongestDelay.TotalSeconds, .5 * Math.Pow(2, Math.Min(failures, 10))));

    private Process? StartProcess()
    {
        lock (_starting)
        {
            if (_stopping.IsCancellationRequested)
            {
                return null;
            }

            _process?.Dispose();
            _process = null;
            try
            {
                _process = Process.Start(StartInfo())!;
            }
            catch (Win32Exception ex)
            {
                throw new EmbeddedStoreException($"{spec.Name} does not start: {ex.Message}", ex);
            }

            ledger.Add(spec.Name, _process);
            return _process;
        }
    }

    private async Task ForwardAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            output.Line(spec.Name, line);
        }
    }

    private ProcessStartInfo StartInfo()
    {
        var info = new ProcessStartInfo(spec.Program)
        {
            WorkingDirectory = spec.WorkingDirectory ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        // In a session of its own, so that Ctrl-C at the terminal reaches only us and we keep the order.
        if (Session.Program is { } setsid)
        {
            info.FileName = setsid;
            info.ArgumentList.Add(spec.Program);
        }

        foreach (var argument in spec.Arguments)
        {
            info.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in spec.Environment)
        {
            info.Environment[name] = value;
        }

        return info;
    }
}
