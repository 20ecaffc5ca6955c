using Microsoft.Extensions.DependencyInjection;
using Qdrant.Client;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.InProcess;
using RagAspire.Vectors.Qdrant;
using RagAspire.Vectors.Sync;
using RagAspire.Vectors.Terms;

namespace RagAspire.Vectors;

public static class VectorsRegistration
{
    /// <summary>
    /// Adds text analysis, embedding, and the index with its synchronisation. The index is Qdrant where a client for it is
    /// registered, and in this process otherwise.
    /// </summary>
    public static IServiceCollection AddVectors(this IServiceCollection services) => services
        .AddIndex()
        .AddValidatedOptions<EmbeddingOptions>(EmbeddingOptions.Section)
        .AddValidatedOptions<ModelServerOptions>(ModelServerOptions.Section)
        .AddSingleton<Embedder>()
        .AddSingleton<EmbeddingStore>()
        .AddSingleton<IndexGeneration>()
        .AddSingleton<NewestChange>()
        .AddSingleton<StalePoints>()
        .AddSingleton(Follower)
        .AddSingleton<IndexSync>()
        .AddSingleton<SharedIndexChanges>()
        .AddSingleton<SharedIndexCleanup>()
        .AddHostedService<IndexSyncService>()
        .AddSingleton<IndexMetrics>()
        .AddHostedService<IndexMetricsSampler>();

    /// <summary>The index and the analysis of its terms, without what keeps it in step with the database.</summary>
    public static IServiceCollection AddIndex(this IServiceCollection services) => services
        .AddValidatedOptions<Bm25Options>(Bm25Options.Section)
        .AddValidatedOptions<HybridOptions>(HybridOptions.Section)
        .AddValidatedOptions<QdrantOptions>(QdrantOptions.Section)
        .AddValidatedOptions<QdrantMaintenanceOptions>(QdrantMaintenanceOptions.Section)
        .AddSingleton<TextAnalyzer>()
        .AddSingleton<Bm25Encoder>()
        .AddSingleton<InProcessVectorIndex>()
        .AddSingleton(Index);

    /// <summary>Maintenance of the structure of a shared index; null where there is none.</summary>
    public static IIndexMaintenance? IndexMaintenance(IServiceProvider provider) =>
        provider.GetService<IIndexMaintenance>()
        ?? (IsShared(provider) ? ActivatorUtilities.CreateInstance<QdrantMaintenance>(provider) : null);

    /// <summary>Runs the removal of stale points from a shared index; for the worker.</summary>
    public static IServiceCollection AddSharedIndexCleanup(this IServiceCollection services) =>
        services.AddHostedService(provider => provider.GetRequiredService<SharedIndexCleanup>());

    private static IIndexFollower Follower(IServiceProvider provider) => provider.GetRequiredService<IVectorIndex>().IsShared
        ? ActivatorUtilities.CreateInstance<SharedIndexFollower>(provider)
        : ActivatorUtilities.CreateInstance<InProcessIndexFollower>(provider);

    private static IVectorIndex Index(IServiceProvider provider) => IsShared(provider)
        ? ActivatorUtilities.CreateInstance<QdrantVectorIndex>(provider)
        : provider.GetRequiredService<InProcessVectorIndex>();

    private static bool IsShared(IServiceProvider provider) => provider.GetService<QdrantClient>() is not null;
}
