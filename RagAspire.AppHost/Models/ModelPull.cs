using Microsoft.Extensions.Logging;

namespace RagAspire.AppHost.Models;

/// <summary>
/// Fetches a model onto its server and tries again until it is there. Progress and failures appear in the state and the
/// console log of the model's resource.
/// </summary>
internal sealed partial class ModelPull(
    IResource resource, OllamaModel model, ResourceNotificationService notifications, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    private string? _lastStep;

    /// <summary>Runs until the model is there.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var delay = TimeSpan.FromSeconds(5);
        while (!await TryAsync(delay, cancellationToken))
        {
            await Task.Delay(delay, time, cancellationToken);
            delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, LongestDelay.Ticks));
        }

        await PublishAsync(new ResourceStateSnapshot(KnownResourceStates.Running, Style: null));
    }

    private async Task<bool> TryAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        var name = await model.Name(cancellationToken);
        try
        {
            // A pull asks the registry of Ollama even for a model that is there, which fails without a network.
            if (!await model.IsPresentAsync(cancellationToken))
            {
                await PublishAsync(new ResourceStateSnapshot("Pulling", KnownResourceStateStyles.Info));
                await model.PullAsync(Report, cancellationToken);
            }

            Log.Present(logger, name);
            return true;
        }
        catch (Exception ex) when (OllamaFailure.IsOne(ex, cancellationToken))
        {
            Log.Failed(logger, name, ex.Message, delay.TotalSeconds);
            await PublishAsync(new ResourceStateSnapshot("Pull failed", KnownResourceStateStyles.Error));
            return false;
        }
    }

    // Ollama reports every few milliseconds, mostly the same percentage.
    private void Report(string step)
    {
        if (step != _lastStep)
        {
            _lastStep = step;
            Log.Step(logger, step);
        }
    }

    private Task PublishAsync(ResourceStateSnapshot state) =>
        notifications.PublishUpdateAsync(resource, snapshot => snapshot with { State = state });

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Step}")]
        public static partial void Step(ILogger logger, string step);

        [LoggerMessage(2, LogLevel.Information, "The model {Model} is there")]
        public static partial void Present(ILogger logger, string? model);

        [LoggerMessage(3, LogLevel.Error, "The model {Model} could not be fetched: {Reason} Next attempt in {Seconds} s")]
        public static partial void Failed(ILogger logger, string? model, string reason, double seconds);
    }
}
