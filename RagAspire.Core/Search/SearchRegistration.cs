using Microsoft.Extensions.DependencyInjection;
using RagAspire.Search.Caching;

namespace RagAspire.Search;

internal static class SearchRegistration
{
    public static IServiceCollection AddSearch(this IServiceCollection services) => services
        .AddValidatedOptions<CacheOptions>(CacheOptions.Section)
        .AddValidatedOptions<RerankingOptions>(RerankingOptions.Section)
        .AddSingleton<CacheMetrics>()
        .AddSingleton<LocalCache>()
        .AddSingleton<ResponseCache>()
        .AddSingleton<QueryVectors>()
        .AddSingleton<SearchMetrics>()
        .AddHostedSingleton<SearchRecorder>()
        .AddSingleton<HitParts>()
        .AddSingleton<ChunkSearchStore>()
        .AddSingleton<DocumentFrequency>()
        .AddSingleton<Retriever>()
        .AddSingleton<Reranker>()
        .AddSingleton<RankedRetriever>()
        .AddSingleton<Explainer>()
        .AddSingleton<SearchService>();
}
