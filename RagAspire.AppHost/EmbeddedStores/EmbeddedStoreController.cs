using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using RagAspire.AppHost.Lifecycle;

namespace RagAspire.AppHost.EmbeddedStores;

/// <summary>
/// Starts, stops and restarts one embedded store and publishes its state, as the orchestrator does for processes. A store
/// that crashes or fails to start is started again with back-off; after a stop it stays stopped.
/// </summary>
internal sealed partial class EmbeddedStoreController(
    EmbeddedStoreResource store,
    IReadOnlyList<IResource> children,
    ResourceNotificationService notifications,
    ILogger logger,
    TimeProvider time) : IDisposable
{
    private const string UrlName = "tcp";
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _transition = new(1, 1);
    private readonly TaskCompletionSource _initialized = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Backoff _backoff = new(time);
    private bool _shouldRun;
    private string? _lastFailure;

    /// <summary>The dashboard knows the resource. Before that, its own first update would erase the URL of a running store.</summary>
    public void Initialized() => _initialized.TrySetResult();

    /// <summary>Starts the store; does nothing when it runs.</summary>
    /// <returns>Null, or the reason why it does not start.</returns>
    public Task<string?> StartAsync(CancellationToken cancellationToken)
    {
        _shouldRun = true;
        return InTransitionAsync(StartCoreAsync, cancellationToken);
    }

    /// <summary>Stops the store, until the next <see cref="StartAsync"/>.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _shouldRun = false;
        return InTransitionAsync(StopCoreAsync, cancellationToken);
    }

    /// <returns>Null, or the reason why it does not start again.</returns>
    public Task<string?> RestartAsync(CancellationToken cancellationToken)
    {
        _shouldRun = true;
        return InTransitionAsync(
            async cancelled => await StopCoreAsync(cancelled) ?? await StartCoreAsync(cancelled), cancellationToken);
    }

    /// <summary>Restarts the store whenever it should run and does not, until cancelled.</summary>
    public async Task MonitorAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(CheckInterval, time, cancellationToken);
            if (!_shouldRun || store.IsRunning || _transition.CurrentCount == 0)
            {
                continue;
            }

            var delay = _backoff.Next();
            if (_lastFailure is null)
            {
                await PublishAsync(KnownResourceStates.Exited, KnownResourceStateStyles.Error);
                Log.Crashed(logger, store.Name, delay.TotalSeconds);
                Console.WriteLine($"{store.Name} has ended; it starts again in {delay.TotalSeconds:0.#} s");
            }

            await Task.Delay(delay, time, cancellationToken);
            if (_shouldRun)
            {
                await InTransitionAsync(StartCoreAsync, cancellationToken);
            }
        }
    }

    public void Dispose() => _transition.Dispose();

    private async Task<string?> InTransitionAsync(
        Func<CancellationToken, Task<string?>> transition, CancellationToken cancellationToken)
    {
        await _transition.WaitAsync(cancellationToken);
        try
        {
            return await transition(cancellationToken);
        }
        finally
        {
            _transition.Release();
        }
    }

    private async Task<string?> StartCoreAsync(CancellationToken cancellationToken)
    {
        if (store.IsRunning)
        {
            return null;
        }

        await PublishAsync(KnownResourceStates.Starting, KnownResourceStateStyles.Info);
        try
        {
            await store.StartAsync(cancellationToken);
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            await PublishAsync(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error);
            if (ex.Message != _lastFailure)
            {
                Log.DoesNotStart(logger, ex.Message);
                await Console.Error.WriteLineAsync($"{store.Name} does not start: {ex.Message}");
            }

            return _lastFailure = ex.Message;
        }

        _lastFailure = null;
        _backoff.Running();
        await _initialized.Task.WaitAsync(cancellationToken);
        await PublishAsync(KnownResourceStates.Running, KnownResourceStateStyles.Success);
        return null;
    }

    private async Task<string?> StopCoreAsync(CancellationToken cancellationToken)
    {
        _lastFailure = null;
        if (store.IsRunning)
        {
            await PublishAsync(KnownResourceStates.Stopping, KnownResourceStateStyles.Info);
            await store.StopAsync(cancellationToken);
        }

        await PublishAsync(KnownResourceStates.Exited, KnownResourceStateStyles.Info);
        return null;
    }

    private async Task PublishAsync(string state, string style)
    {
        var now = time.GetUtcNow().UtcDateTime;
        foreach (var resource in children.Prepend(store))
        {
            await notifications.PublishUpdateAsync(resource, snapshot => snapshot with
            {
                State = new ResourceStateSnapshot(state, style),
                StartTimeStamp = state == KnownResourceStates.Running ? now : snapshot.StartTimeStamp,
                StopTimeStamp = state == KnownResourceStates.Exited ? now : null,
                Urls = resource == store ? Urls(snapshot.Urls, state) : snapshot.Urls,
            });
        }
    }

    private ImmutableArray<UrlSnapshot> Urls(ImmutableArray<UrlSnapshot> known, string state) =>
    [
        .. known.Where(url => url.Name != UrlName),
        .. state == KnownResourceStates.Running
            ? [new UrlSnapshot(UrlName, $"tcp://127.0.0.1:{store.Port}", IsInternal: false)]
            : Array.Empty<UrlSnapshot>(),
    ];

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Store} has ended; it starts again in {Seconds} s")]
        public static partial void Crashed(ILogger logger, string store, double seconds);

        [LoggerMessage(2, LogLevel.Error, "{Failure}")]
        public static partial void DoesNotStart(ILogger logger, string failure);
    }
}
