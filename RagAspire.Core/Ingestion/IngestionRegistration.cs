using Microsoft.Extensions.DependencyInjection;
using RagAspire.Documents.Intake;
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
        .AddSingleton<IIngestionEnqueuer, IngestionEnqueuer>()
        .AddSingleton<IngestionMetrics>()
        .AddSingleton<ChunkWriter>()
        .AddSingleton<OutstandingVectors>()
        .AddSingleton<EmbeddingMetrics>()
        .AddSingleton<DocumentEmbedder>()
        .AddSingleton<SharedIndexWriter>()
        .AddSingleton<IngestionPipeline>()
        .AddHostedService<IngestionMetricsSampler>()
        .AddHostedService<EmbeddingMetricsSampler>()
        .AddTransient<IngestDocumentJob>();

    /// <summary>
    /// Computes vectors, and terms after a change of the analysis, of searched documents in the background; for the worker.
    /// </summary>
    public static IServiceCollection AddBackgroundEmbedding(this IServiceCollection services) =>
        services.AddHostedService<BackgroundEmbedding>().AddHostedService<TermUpgrade>();
}
