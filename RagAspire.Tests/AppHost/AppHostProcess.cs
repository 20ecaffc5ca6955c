using System.Collections.Concurrent;
using System.Diagnostics;
using RagAspire.AppHost.Lifecycle;
using RagAspire.Embedded;
using RagAspire.Embedded.Postgres;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.AppHost;

/// <summary>The AppHost as a process, on its own data directory and ports.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private const string MarkVariable = "RAGASPIRE_TEST_RUN";
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly string _mark = $"{MarkVariable}={Guid.NewGuid():N}";
    private readonly Process _process;

    private AppHostProcess(ProcessStartInfo start, string dataDirectory, int apiPort, int workerPort)
    {
        (DataDirectory, ApiPort, WorkerPort) = (dataDirectory, apiPort, workerPort);
        start.Environment[MarkVariable] = _mark.Split('=')[1];
        _process = Process.Start(start)!;
    }

    public string DataDirectory { get; }

    public int ApiPort { get; }

    public int WorkerPort { get; }

    public int ProcessId => _process.Id;

    public string Output => string.Join('\n', _lines);

    public ProcessIdentity? Postgres => EmbeddedPostgres.RunningOn(DataDirectory);

    /// <summary>As from a terminal: in a process group that Ctrl-C reaches as a whole.</summary>
    public static AppHostProcess Start(string dataDirectory, params string[] arguments) =>
        Start(dataDirectory, ["dotnet", BuildOutput.Of("RagAspire.AppHost")], arguments);

    /// <inheritdoc cref="Start(string, string[])"/>
    public static AppHostProcess Start(string dataDirectory, IReadOnlyDictionary<string, string> environment) => Start(
        dataDirectory,
        ["env", .. environment.Select(variable => $"{variable.Key}={variable.Value}"), "dotnet", BuildOutput.Of("RagAspire.AppHost")],
        []);

    /// <summary>As a background job of a shell, which starts it with SIGINT and SIGQUIT ignored.</summary>
    public static AppHostProcess StartInBackground(string dataDirectory, params string[] arguments) => Start(
        dataDirectory,
        ["sh", "-c", "trap '' INT QUIT; exec \"$@\"", "sh", "dotnet", BuildOutput.Of("RagAspire.AppHost")],
        arguments);

    /// <summary>With the tool of the SDK; <see cref="ProcessId"/> is then that of the tool.</summary>
    public static AppHostProcess StartByDotNetRun(string dataDirectory, params string[] arguments) => Start(
        dataDirectory,
        [
            "dotnet", "run", "--no-build", "--configuration", BuildOutput.Configuration,
            "--project", Path.Combine(BuildOutput.RepositoryRoot, "RagAspire.AppHost"), "--",
        ],
        arguments);

    /// <summary>Waits for a text in the output.</summary>
    public async Task<AppHostProcess> PrintsAsync(string text)
    {
        await Eventually.TrueAsync(
            () =>
            {
                var printed = Output.Contains(text, StringComparison.Ordinal);
                Assert.True(printed || !_process.HasExited, $"The AppHost ended:\n{Output}");
                return Task.FromResult(printed);
            },
            Patience,
            () => $"The AppHost does not print '{text}':\n{Output}",
            TestContext.Current.CancellationToken);
        return this;
    }

    public Task<AppHostProcess> ReadyAsync() => PrintsAsync("RagAspire is ready");

    /// <summary>All processes of this run. PostgreSQL overwrites its environment, and is found by its data directory.</summary>
    public IReadOnlyList<RunningProcess> Processes() => [.. ProcessTable.Read().Where(process => HasMark(process)
        || process.Arguments.Any(argument => argument.StartsWith(DataDirectory, StringComparison.Ordinal)))];

    /// <summary>Ctrl-C: the terminal sends it to the whole process group.</summary>
    public void PressControlC() => Assert.True(CLibrary.Signal(-_process.Id, CLibrary.Interrupt));

    public void Terminate() => Assert.True(CLibrary.Signal(_process.Id, CLibrary.Terminate));

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>kill -9 of the process that <see cref="Start(string, string[])"/> started, and of no other.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    /// <summary>Waits until no process of this run is left.</summary>
    /// <returns>The seconds since <paramref name="since"/>.</returns>
    public async Task<double> NothingLeftAsync(Stopwatch since)
    {
        await Eventually.TrueAsync(
            () => Task.FromResult(Processes().Count == 0),
            Patience,
            () => $"Left:\n{string.Join('\n', Processes())}\n{Output}",
            TestContext.Current.CancellationToken);
        return since.Elapsed.TotalSeconds;
    }

    /// <summary>Ends all that a failed test leaves.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Terminate();
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }

        foreach (var left in ProcessTable.Read().Where(HasMark))
        {
            CLibrary.Signal(left.Id, CLibrary.Kill);
        }

        _process.Dispose();
    }

    private static AppHostProcess Start(string dataDirectory, string[] command, string[] arguments)
    {
        var (apiPort, workerPort) = (FreePort.Next(), FreePort.Next());
        string[] words =
        [
            .. command, "--mode", "embedded", "--dashboard", "false", "--monitoring", "false", "--web", "false",
            "--api-port", $"{apiPort}", "--worker-port", $"{workerPort}", .. arguments,
        ];
        var start = new ProcessStartInfo("setsid", words) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(IsOfTheProduct).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["RAGASPIRE_DATA"] = dataDirectory;
        var host = new AppHostProcess(start, dataDirectory, apiPort, workerPort);
        host._process.OutputDataReceived += (_, line) => host.Keep(line.Data);
        host._process.ErrorDataReceived += (_, line) => host.Keep(line.Data);
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        return host;
    }

    private static bool IsOfTheProduct(string variable) =>
        variable.StartsWith("RAGASPIRE_", StringComparison.Ordinal)
        || variable.StartsWith("ConnectionStrings__", StringComparison.Ordinal)
        || variable.StartsWith("OTEL_", StringComparison.Ordinal);

    // Every process that the AppHost or the orchestrator starts inherits the variable.
    private bool HasMark(RunningProcess process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/environ").Split('\0').Contains(_mark);
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
