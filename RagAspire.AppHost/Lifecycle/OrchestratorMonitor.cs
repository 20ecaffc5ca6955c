using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RagAspire.Embedded;

namespace RagAspire.AppHost.Lifecycle;

/// <summary>
/// Notices when the orchestrator (dcp) dies. Its resources die with it or run on unattended, and Aspire itself reports
/// nothing, so the AppHost ends with a reason.
/// </summary>
internal sealed class OrchestratorMonitor(
    AppHostFailure failure, ProcessRegistry registry, IHostApplicationLifetime lifetime, IOptions<HostOptions> host, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    // Calls to a dead orchestrator are repeated until the shutdown's time is over.
    private static readonly TimeSpan ShutdownWithoutOrchestrator = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var processes = await FindAsync(stoppingToken);
        while (processes.Count > 0)
        {
            // One process of the orchestrator takes the other with it, so the first that died cannot be told.
            if (processes.Any(process => !process.IsRunning(Tolerance))
                && !lifetime.ApplicationStopping.IsCancellationRequested)
            {
                host.Value.ShutdownTimeout = ShutdownWithoutOrchestrator;
                failure.Report("The orchestrator (dcp) has died, so no resource can be controlled any more; the AppHost ends.");
                await registry.EndAllAsync(ShutdownWithoutOrchestrator, CancellationToken.None);
                return;
            }

            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    // The API server is detached from the AppHost and monitors its process id; the controllers are a child of it.
    private async Task<IReadOnlyList<ProcessIdentity>> FindAsync(CancellationToken stop)
    {
        if (!ProcessTable.IsAvailable)
        {
            return [];
        }

        while (true)
        {
            var all = ProcessTable.Read();
            var server = all.FirstOrDefault(process => process.Arguments.Contains("start-apiserver")
                && process.Arguments.SkipWhile(argument => argument != "--monitor").ElementAtOrDefault(1) == $"{Environment.ProcessId}"
                && process.ParentId != Environment.ProcessId);
            var controllers = all.FirstOrDefault(process => process.ParentId == server?.Id && process.Arguments.Contains("run-controllers"));
            if (server is not null && controllers is not null)
            {
                registry.Set("orchestrator-server", server.Id);
                registry.Set("orchestrator-controllers", controllers.Id);
                return [.. new[] { server, controllers }.Select(process => ProcessTable.IdentityOf(process.Id)).OfType<ProcessIdentity>()];
            }

            await Task.Delay(Interval, time, stop);
        }
    }
}
