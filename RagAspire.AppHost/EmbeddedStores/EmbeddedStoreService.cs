using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RagAspire.AppHost.EmbeddedStores;

/// <summary>
/// Starts the embedded stores beside the orchestrator, so that the dashboard is there while they come up, and stops them
/// after it: the orchestrator counts as stopped when the services have ended.
/// </summary>
internal sealed partial class EmbeddedStoreService : IHostedLifecycleService, IAsyncDisposable
{
    private readonly Dictionary<EmbeddedStoreResource, EmbeddedStoreController> _controllers;
    private readonly ResourceLoggerService _loggers;
    private readonly CancellationTokenSource _stopping = new();
    private Task _background = Task.CompletedTask;
    private Task? _stopped;

    public EmbeddedStoreService(
        DistributedApplicationModel model, ResourceNotificationService notifications, ResourceLoggerService loggers, TimeProvider time)
    {
        _loggers = loggers;
        _controllers = model.Resources.OfType<EmbeddedStoreResource>().ToDictionary(store => store, store => new EmbeddedStoreController(
            store,
            [.. model.Resources.Where(resource => resource is IResourceWithParent child && child.Parent == store)],
            notifications,
            loggers.GetLogger(store),
            time));
    }

    public EmbeddedStoreController this[EmbeddedStoreResource store] => _controllers[store];

    /// <exception cref="Embedded.EmbeddedStoreException">A store can never start here, for example without binaries.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var store in _controllers.Keys)
        {
            await store.PrepareAsync(_loggers.GetLogger(store), cancellationToken);
        }

        _background = Task.WhenAll(_controllers.Select(pair => Task.Run(() => RunAsync(pair.Key, pair.Value), cancellationToken)));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Not cancelled: the stores must stop also when the orchestrator has used up the time of the shutdown.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => StopOnceAsync(async () =>
    {
        await StopBackgroundAsync();
        await Task.WhenAll(_controllers.Values.Select(controller => controller.StopAsync(CancellationToken.None)));
    });

    /// <summary>Stops what a failed start has left, without a state that could still be shown, and releases the data directory.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopOnceAsync(StopBackgroundAsync);
        foreach (var (store, controller) in _controllers)
        {
            await store.DisposeAsync();
            controller.Dispose();
        }
    }

    private Task StopOnceAsync(Func<Task> stop)
    {
        lock (_stopping)
        {
            return _stopped ??= stop();
        }
    }

    private async Task StopBackgroundAsync()
    {
        await _stopping.CancelAsync();
        await _background.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(EmbeddedStoreResource store, EmbeddedStoreController controller)
    {
        var log = ForwardLogAsync(store);
        await controller.StartAsync(_stopping.Token);
        await controller.MonitorAsync(_stopping.Token);
        await log;
    }

    private async Task ForwardLogAsync(EmbeddedStoreResource store)
    {
        var logger = _loggers.GetLogger(store);
        await foreach (var line in store.FollowLogAsync(_stopping.Token))
        {
            Log.ServerLine(logger, line);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Line}")]
        public static partial void ServerLine(ILogger logger, string line);
    }
}
