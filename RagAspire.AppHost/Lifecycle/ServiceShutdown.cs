using Microsoft.Extensions.Hosting;

namespace RagAspire.AppHost.Lifecycle;

/// <summary>
/// Stops the services before everything else. The orchestrator would stop them together with the dashboard, and each would
/// wait for the timeouts of its last telemetry exports to it.
/// </summary>
internal sealed class ServiceShutdown(DistributedApplicationModel model, ResourceCommandService commands)
    : IHostedLifecycleService
{
    // The orchestrator stops later what has not ended by then.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        Task stops = Task.WhenAll(model.Resources.OfType<ProjectResource>().Select(service =>
            commands.ExecuteCommandAsync(service, KnownResourceCommands.StopCommand, patience.Token)));
        await stops.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
