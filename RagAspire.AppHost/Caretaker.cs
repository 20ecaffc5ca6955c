using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;

namespace RagAspire.AppHost;

/// <summary>
/// Does what the orchestrator leaves to people: starts again who ended unasked, less and less eagerly, and says once where
/// everything is.
/// </summary>
internal sealed class Caretaker(
    ResourceNotificationService resources, ResourceCommandService commands, StartUpTable table, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RanWell = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (string? State, long Since, int Failures)> _known = new();

    internal static TimeSpan Delay(int failures) =>
        TimeSpan.FromSeconds(Math.Min(LongestDelay.TotalSeconds, .5 * Math.Pow(2, Math.Min(failures, 10))));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(WatchAsync(stoppingToken), SayAsync(stoppingToken));

    private async Task SayAsync(CancellationToken stop)
    {
        foreach (var service in new[] { "worker", "api" })
        {
            await resources.WaitForResourceHealthyAsync(service, WaitBehavior.WaitOnResourceUnavailable, stop);
        }

        Console.WriteLine(table.Render());
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        await foreach (var change in resources.WatchAsync(stop))
        {
            var (before, since, failures) = _known.GetValueOrDefault(change.ResourceId);
            var now = change.Snapshot.State?.Text;
            if (now == before || change.Resource is not (ProjectResource or ExecutableResource))
            {
                continue;
            }

            var ended = KnownResourceStates.TerminalStates.Contains(now) && before is not null && before != KnownResourceStates.Stopping;
            failures = !ended || time.GetElapsedTime(since) > RanWell ? (ended ? 0 : failures) : failures + 1;
            _known[change.ResourceId] = (now, time.GetTimestamp(), failures);
            if (ended && !KnownResourceStates.TerminalStates.Contains(before))
            {
                _ = StartAgainAsync(change, Delay(failures), stop);
            }
        }
    }

    private async Task StartAgainAsync(ResourceEvent ended, TimeSpan delay, CancellationToken stop)
    {
        Console.WriteLine($"{ended.Resource.Name} ended with exit code {ended.Snapshot.ExitCode}; starts again in {delay.TotalSeconds:0.#} s");
        await Task.Delay(delay, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stop.IsCancellationRequested)
        {
            await commands.ExecuteCommandAsync(ended.ResourceId, KnownResourceCommands.StartCommand, stop);
        }
    }
}
