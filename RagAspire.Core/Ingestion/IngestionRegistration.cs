using Microsoft.Extensions.DependencyInjection;
using RagAspire.Ingestion.Chunking;
using RagAspire.Ingestion.Extraction;

namespace RagAspire.Ingestion;

public static class IngestionRegistration
{
    internal static IServiceCollection AddIngestion(this IServiceCollection services) => services
        .AddValidatedOptions<ExtractionOptions>(ExtractionOptions.Section)
        .AddValidatedOptions<ChunkingOptions>(ChunkingOptions.Section)
        .AddSingleton<TextExtractor>()
        .AddSingleton<ContentExtractor>()
        .AddSingleton<Chunker>()
        .AddSingleton<IngestionMetrics>()
        .AddSingleton<ChunkWriter>()
        .AddSingleton<OutstandingVectors>()
        .AddSingleton<EmbeddingMetrics>()
        .AddSingleton<DocumentEmbedder>()
        .AddSingleton<SharedIndexWriter>()
        .AddSingleton<IngestionPipeline>()
        .AddHostedService<IngestionMetricsSampler>()
        .AddHostedService<EmbeddingMetricsSampler>()
        .AddSingleton<DocumentIngestion>();

    /// <summary>
    /// Processes waiting documents, and computes vectors, and terms after a change of the analysis, of searched ones; for the
    /// worker.
    /// </summary>
    public static IServiceCollection AddBackgroundIngestion(this IServiceCollection services) => services
        .AddHostedService<BackgroundIngestion>().AddHostedService<BackgroundEmbedding>().AddHostedService<TermUpgrade>();
}
