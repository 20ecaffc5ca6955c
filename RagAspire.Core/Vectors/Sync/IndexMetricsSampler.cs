using Microsoft.Extensions.Hosting;
using RagAspire.Database;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Vectors.Sync;

/// <summary>Counts the searchable chunks of the database and of this process's index, one right after the other.</summary>
public sealed class IndexMetricsSampler(
    EmbeddingStore embeddings, IVectorIndex index, IndexGeneration generation, IndexMetrics metrics, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan UntilLoaded = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            if (generation.IsLoaded)
            {
                await CountAsync(stoppingToken);
            }

            await Task.Delay(generation.IsLoaded ? Interval : UntilLoaded, time, stoppingToken);
        }
    }

    private async Task CountAsync(CancellationToken cancellationToken)
    {
        try
        {
            var stored = await embeddings.ReadyCountAsync(cancellationToken);
            metrics.Counted(stored, (await index.StatusAsync(cancellationToken)).Points);
        }
        catch (Exception ex) when (ex is VectorIndexUnavailableException || Unavailability.IsUnavailable(ex))
        {
            metrics.NotCounted();
        }
    }
}
