using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using RagAspire.Embedded.Postgres;

namespace RagAspire.AppHost.Lifecycle;

/// <summary>
/// A small process that outlives a killed AppHost. It reads from a pipe, which closes when the AppHost ends however it
/// ends, and then ends the processes and the database that are left on the data directory.
/// </summary>
internal sealed class ProcessGuard(AppHostOptions options) : IHostedLifecycleService, IDisposable
{
    /// <summary>The argument that makes this program run <see cref="RunAsync"/> and nothing else.</summary>
    public const string Verb = "guard";

    // The orchestrator ends its resources by itself; they get this long for it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);
    private static readonly string? SetSid = new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists);
    private Process? _process;

    /// <summary>The guard's work: waits for the end of the pipe and ends what is left.</summary>
    public static async Task RunAsync(TextReader pipe, string dataDirectory, CancellationToken cancellationToken)
    {
        using var interrupt = Ignore(PosixSignal.SIGINT);
        using var quit = Ignore(PosixSignal.SIGQUIT);
        using var terminate = Ignore(PosixSignal.SIGTERM);
        using var hangUp = Ignore(PosixSignal.SIGHUP);
        while (await pipe.ReadLineAsync(cancellationToken) is not null)
        {
        }

        var postgres = EmbeddedPostgres.RunningOn(dataDirectory);
        await ProcessRegistry.In(dataDirectory).EndAllAsync(Patience, cancellationToken);
        if (postgres is not null)
        {
            await EmbeddedPostgres.EndAsync(postgres, cancellationToken);
        }
    }

    /// <summary>
    /// Ends the processes that a killed AppHost and its guard have left; they hold ports that this one needs. The embedded
    /// PostgreSQL is ended where it is started.
    /// </summary>
    public static Task EndLeftoversAsync(string dataDirectory, CancellationToken cancellationToken) =>
        ProcessRegistry.In(dataDirectory).EndAllAsync(Patience, cancellationToken);

    /// <summary>Starts the guard of this AppHost.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        // A session of its own, so that a kill of the AppHost's process group spares it.
        string[] guard = [Programs.DotNet, Programs.AppHost, Verb, options.DataDirectory];
        string[] command = SetSid is null ? guard : [SetSid, .. guard];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, UseShellExecute = false };
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x2000000";
        start.Environment["DOTNET_TieredPGO"] = "0";
        _process = Process.Start(start);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Closes the pipe and waits until the guard has ended what a failed stop left.</summary>
    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.StandardInput.Close();
            _process.WaitForExit(LongestWait);
        }

        _process?.Dispose();
        _process = null;
    }

    private static PosixSignalRegistration Ignore(PosixSignal signal) =>
        PosixSignalRegistration.Create(signal, context => context.Cancel = true);
}
