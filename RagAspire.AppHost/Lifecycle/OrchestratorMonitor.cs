using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RagAspire.Embedded;

namespace RagAspire.AppHost.Lifecycle;

/// <summary>
/// Notices when the orchestrator (dcp) dies. Its resources die with it or run on unattended, and Aspire itself reports
/// nothing, so the AppHost ends with a reason.
/// </summary>
internal sealed class OrchestratorMonitor(
    ResourceNotificationService notifications,
    AppHostFailure failure,
    ProcessRegistry registry,
    IHostApplicationLifetime lifetime,
    IOptions<HostOptions> host,
    TimeProvider time) : BackgroundService
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

    /// <summary>
    /// The controllers are the parent of every process that runs for a resource, and the API server is theirs. They cannot be
    /// told by the AppHost's process id, because a process that tests several AppHosts has several orchestrators.
    /// </summary>
    private async Task<IReadOnlyList<ProcessIdentity>> FindAsync(CancellationToken stop)
    {
        if (!ProcessTable.IsAvailable)
        {
            return [];
        }

        await foreach (var change in notifications.WatchAsync(stop))
        {
            if (ProcessRecorder.ProcessId(change.Snapshot) is { } processId)
            {
                var all = ProcessTable.Read().ToDictionary(process => process.Id);
                if (Parent(all, processId) is { } controllers && Parent(all, controllers.Id) is { } server
                    && controllers.Arguments.Contains("run-controllers") && server.Arguments.Contains("start-apiserver"))
                {
                    registry.Set("orchestrator-server", server.Id);
                    registry.Set("orchestrator-controllers", controllers.Id);
                    return [.. new[] { server.Id, controllers.Id }.Select(ProcessTable.IdentityOf).OfType<ProcessIdentity>()];
                }
            }
        }

        return [];
    }

    private static RunningProcess? Parent(Dictionary<int, RunningProcess> all, int processId) =>
        all.TryGetValue(processId, out var process) ? all.GetValueOrDefault(process.ParentId) : null;
}
