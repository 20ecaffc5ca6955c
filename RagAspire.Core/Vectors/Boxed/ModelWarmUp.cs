using Microsoft.Extensions.AI;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RagAspire.Vectors.Boxed;

/// <summary>Loads the model once the service answers, so that neither its start nor the first search waits for it.</summary>
public sealed partial class ModelWarmUp(
    IEmbeddingGenerator<string, Embedding<float>> generator, IHostApplicationLifetime lifetime, ILogger<ModelWarmUp> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        try
        {
            await ((BoxedEmbeddingGenerator)generator.GetService(typeof(BoxedEmbeddingGenerator))!).LoadAsync();
        }
        catch (Exception exception)
        {
            // A native library may fail in any way. Searches meet the same fault, fall back to text and say why.
            Log.NotLoaded(logger, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The embedding model cannot be loaded, so searches use text only: {Reason}")]
        public static partial void NotLoaded(ILogger logger, string reason);
    }
}
