using System.Globalization;
using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;

namespace RagAspire.AppHost.Lifecycle;

/// <summary>
/// Starts a process again that has crashed, with back-off: the orchestrator leaves that to the user. A process that was
/// stopped stays stopped, and one that cannot run with its configuration ends the AppHost.
/// </summary>
internal sealed class ResourceRestarter(
    ResourceNotificationService notifications,
    ResourceCommandService commands,
    ResourceLoggerService loggers,
    AppHostFailure failure,
    TimeProvider time) : BackgroundService
{
    /// <summary>EX_CONFIG of sysexits.h: the services exit with it after one sentence that names the wrong setting.</summary>
    private const int ConfigurationError = 78;

    private static readonly TimeSpan LogPatience = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, Run> _runs = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var change in notifications.WatchAsync(stoppingToken))
        {
            var isProcess = change.Resource is ProjectResource or ExecutableResource;
            if (!isProcess || change.Resource.Annotations.OfType<ExplicitStartupAnnotation>().Any())
            {
                continue;
            }

            var run = _runs.GetOrAdd(change.ResourceId, _ => new Run(new Backoff(time)));
            var previous = run.State;
            var state = run.State = change.Snapshot.State?.Text;
            if (state == previous)
            {
                continue;
            }

            if (state == KnownResourceStates.Running)
            {
                run.Backoff.Running();
            }
            else if (HasCrashed(previous, state))
            {
                _ = RestartAsync(change, run, stoppingToken);
            }
        }
    }

    // A stop goes through the state Stopping; a process that ends by itself does not.
    private static bool HasCrashed(string? previous, string? state) =>
        KnownResourceStates.TerminalStates.Contains(state)
        && previous is not null && previous != KnownResourceStates.Stopping && !KnownResourceStates.TerminalStates.Contains(previous);

    private async Task RestartAsync(ResourceEvent ended, Run run, CancellationToken stop)
    {
        var (name, exitCode) = (ended.Resource.Name, ended.Snapshot.ExitCode);
        var reason = await LastErrorAsync(ended.ResourceId, stop);
        if (exitCode == ConfigurationError)
        {
            failure.Report($"The configuration of {name} is wrong: {reason ?? "its log has the reason."}");
            return;
        }

        var delay = run.Backoff.Next();
        var canStart = ended.Resource.Annotations.OfType<ResourceCommandAnnotation>().Any(IsStart);
        Console.WriteLine($"{name} {End(ended.Snapshot)}{(reason is null ? "" : $" ({reason})")}; "
            + (canStart ? $"it starts again in {delay.TotalSeconds:0.#} s" : "it comes back with the next start of the AppHost"));
        if (!canStart)
        {
            return;
        }

        await Task.Delay(delay, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stop.IsCancellationRequested && KnownResourceStates.TerminalStates.Contains(run.State))
        {
            await commands.ExecuteCommandAsync(ended.ResourceId, KnownResourceCommands.StartCommand, stop);
        }
    }

    // The dashboard has no such command.
    private static bool IsStart(ResourceCommandAnnotation command) => command.Name == KnownResourceCommands.StartCommand;

    private static string End(CustomResourceSnapshot ended) =>
        ended.ExitCode is { } code ? $"ended with exit code {code}" : $"is in the state {ended.State?.Text}";

    /// <summary>The last line of the process on standard error that is not part of a stack trace, or null.</summary>
    private async Task<string?> LastErrorAsync(string resourceId, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(LogPatience);
        string? last = null;
        try
        {
            await foreach (var lines in loggers.GetAllAsync(resourceId).WithCancellation(patience.Token))
            {
                last = lines.Where(line => line.IsErrorMessage).Select(line => WithoutTime(line.Content))
                    .LastOrDefault(text => text.Length > 0 && !char.IsWhiteSpace(text[0])) ?? last;
            }
        }
        catch (OperationCanceledException)
        {
            // The log is slow or the AppHost stops; the reason is a help and not needed.
        }

        return last;
    }

    // The orchestrator puts a time before every line.
    private static string WithoutTime(string line) =>
        line.IndexOf(' ', StringComparison.Ordinal) is var end and > 0 && DateTimeOffset.TryParse(line[..end], CultureInfo.InvariantCulture, out _) ? line[(end + 1)..] : line;

    private sealed class Run(Backoff backoff)
    {
        public Backoff Backoff { get; } = backoff;

        public string? State { get; set; }
    }
}
