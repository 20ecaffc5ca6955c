using Microsoft.Extensions.DependencyInjection;
using RagAspire.Documents.Intake;
using RagAspire.Ingestion.Chunking;
using RagAspire.Ingestion.Extraction;

namespace RagAspire.Ingestion;

internal static class IngestionRegistration
{
    public static IServiceCollection AddIngestion(this IServiceCollection services) => services
        .AddValidatedOptions<ExtractionOptions>(ExtractionOptions.Section)
        .AddValidatedOptions<ChunkingOptions>(ChunkingOptions.Section)
        .AddSingleton<TextExtractor>()
        .AddSingleton<ContentExtractor>()
        .AddSingleton<Chunker>()
        .AddSingleton<IIngestionEnqueuer, IngestionEnqueuer>()
        .AddSingleton<IngestionMetrics>()
        .AddSingleton<ChunkWriter>()
        .AddSingleton<ChunkEmbedder>()
        .AddSingleton<SharedIndexWriter>()
        .AddSingleton<IngestionPipeline>()
        .AddHostedService<IngestionMetricsSampler>()
        .AddTransient<IngestDocumentJob>();
}
