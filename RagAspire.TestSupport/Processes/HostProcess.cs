using RagAspire.Embedded;

namespace RagAspire.TestSupport.Processes;

/// <summary>The API or the worker as a real process from its build output, on a free port.</summary>
public sealed class HostProcess(string project, IReadOnlyDictionary<string, string> environment) : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);

    private BackgroundProgram? _program;

    public Uri Address { get; } = new($"http://127.0.0.1:{FreePort.Next()}");

    public int ProcessId => Program.ProcessId;

    /// <summary>The output since the last start.</summary>
    public string Output => Program.Output;

    private BackgroundProgram Program => _program ?? throw new InvalidOperationException($"{project} was not started.");

    /// <summary>Starts the process, again after a kill, and waits until it answers.</summary>
    /// <param name="path">The path that must answer with success: by default the process only has to be alive.</param>
    /// <exception cref="InvalidOperationException">The process ended or did not answer in time.</exception>
    public async Task StartAsync(CancellationToken cancellationToken, string path = "/alive")
    {
        await DisposeAsync();
        var variables = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = Address.ToString(),
            ["DOTNET_gcServer"] = "0",
        };
        _program = BackgroundProgram.Start("dotnet", [BuildOutput.Of(project)], variables.Concat(environment));
        await _program.WaitUntilReadyAsync(new Uri(Address, path), StartTimeout, cancellationToken);
    }

    /// <summary>Stops it as a service manager does, and waits until it has ended.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        CLibrary.Signal(ProcessId, CLibrary.Terminate);
        await Program.WaitForExitAsync(cancellationToken);
    }

    /// <summary>kill -9.</summary>
    public Task KillAsync(CancellationToken cancellationToken = default) => Program.KillAsync(cancellationToken);

    public ValueTask DisposeAsync() => _program?.DisposeAsync() ?? ValueTask.CompletedTask;
}
