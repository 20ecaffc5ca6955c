using System.Diagnostics;
using RagAspire.Embedded;
using RagAspire.Embedded.Processes;

namespace RagAspire.AppHost.Local;

/// <summary>The whole system on one machine without containers: stores in here, everything else as child processes.</summary>
public sealed class LocalSystem(LocalOptions options, ConsoleOutput output, TimeProvider time)
{
    private const string Us = "apphost";
    private static readonly Uri OllamaEndpoint = new("http://localhost:11434");
    private static readonly TimeSpan ReadyPatience = TimeSpan.FromMinutes(3);

    /// <summary>Starts all, says where it is, and keeps it running until it is told to stop.</summary>
    /// <exception cref="LocalRunException">A port is in use, or something is missing.</exception>
    /// <exception cref="EmbeddedStoreException">A store does not start, or another run uses the data directory.</exception>
    public async Task RunAsync(StopSignals signals)
    {
        var started = Stopwatch.StartNew();
        Directory.CreateDirectory(options.DataDirectory);
        using var only = DirectoryLock.Take(Path.Combine(options.DataDirectory, "apphost.lock"));
        var ledger = new ProcessLedger(Guard.LedgerIn(options.DataDirectory));
        await EndLeftOversAsync(ledger, signals.Stop);
        RequireFreePorts();

        // It is dismissed only when all went well: otherwise it looks for what is left.
        using var guard = Guard.Start(Programs.DotNet, [Programs.Ourselves], options.DataDirectory);
        await RunAsync(ledger, started, signals);
        guard.Dismiss();
    }

    private async Task RunAsync(ProcessLedger ledger, Stopwatch started, StopSignals signals)
    {
        await using var stores = await LocalStores.StartAsync(options, signals.Stop);
        await using var children = new Supervisor(ledger, output, time);
        var table = await StartChildrenAsync(children, stores, signals.Stop);
        output.Block($"""

            RagAspire is ready after {started.Elapsed.TotalSeconds:0.0} s. Ctrl-C stops it.

            {table}
            """);

        await stores.KeepRunningAsync(output, signals.Stop);
        output.Line(Us, "stopping: the API, then the worker, then the stores");
        await children.StopAsync(signals.Hurry);
    }

    private async Task<string> StartChildrenAsync(Supervisor children, LocalStores stores, CancellationToken stop)
    {
        var models = await Ollama.FindAsync(
            OllamaEndpoint, options, Variable("ConnectionStrings__chat"), Variable("ConnectionStrings__embeddings"), stop);
        var apiKey = Variable("Security__DevelopmentKey") ?? SecretFile.ReadOrCreate(Path.Combine(options.DataDirectory, "api-key"));
        var dashboard = LocalChildren.Dashboard(options);
        var environment = LocalChildren.Environment(options, stores, models, apiKey, dashboard);
        var watched = new Watched(options.ApiPort, options.WorkerPort, stores.Database, stores.Cache, apiKey);
        var monitoring = LocalMonitoring.Prepare(options, watched, Variable);
        var worker = LocalChildren.Worker(options, environment);
        var api = LocalChildren.Api(options, environment);

        // The last to start is the first to stop.
        if (dashboard is not null)
        {
            children.Start(dashboard.Child);
        }

        foreach (var child in monitoring.Children)
        {
            children.Start(child);
        }

        children.Start(worker);
        children.Start(api);
        await RequireReadyAsync(children, api, stop);
        await RequireReadyAsync(children, worker, stop);
        return StartUpTable.Render(options, stores, models, dashboard, apiKey);
    }

    private static async Task RequireReadyAsync(Supervisor children, ChildSpec spec, CancellationToken stop)
    {
        if (await children.WaitUntilReadyAsync(spec, ReadyPatience, stop) is { } refusal)
        {
            throw new LocalRunException(
                $"The {spec.Name} is not ready after {ReadyPatience.TotalMinutes:0} minutes. {spec.ReadyUrl} said: {refusal}");
        }
    }

    private async Task EndLeftOversAsync(ProcessLedger ledger, CancellationToken stop)
    {
        var leftOvers = ledger.LeftOvers();
        foreach (var (name, process) in leftOvers)
        {
            output.Line(Us, $"ends {name} (process {process.ProcessId}), which an earlier run left");
        }

        await ProcessLedger.EndAsync([.. leftOvers.Select(left => left.Process)], TimeSpan.FromSeconds(10), stop);
    }

    private void RequireFreePorts()
    {
        (string Purpose, int Port, string Argument)[] ports =
        [
            ("the API", options.ApiPort, "--api-port"),
            ("the worker", options.WorkerPort, "--worker-port"),
            ("PostgreSQL", options.PostgresPort, "--postgres-port"),
            ("Garnet (Redis)", options.RedisPort, "--redis-port"),
            ("the Aspire dashboard", options.DashboardPort, "--dashboard-port"),
            .. LocalMonitoring.Ports(options),
        ];
        foreach (var (purpose, port, argument) in ports)
        {
            if (port != 0 && !FreePort.IsFree(port))
            {
                throw new LocalRunException(
                    $"Port {port}, meant for {purpose}, is in use by another program. "
                    + $"Stop that program, or choose another port with {LocalOptions.HowToSet(argument)}.");
            }
        }
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
