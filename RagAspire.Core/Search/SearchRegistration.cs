using Microsoft.Extensions.DependencyInjection;
using RagAspire.Search.Caching;

namespace RagAspire.Search;

internal static class SearchRegistration
{
    public static IServiceCollection AddSearch(this IServiceCollection services) => services
        .AddValidatedOptions<CacheOptions>(CacheOptions.Section)
        .AddSingleton<CacheMetrics>()
        .AddSingleton<ResponseCache>()
        .AddSingleton<SearchMetrics>()
        .AddHostedSingleton<SearchRecorder>()
        .AddSingleton<ChunkSearchStore>()
        .AddSingleton<DocumentFrequency>()
        .AddSingleton<Retriever>()
        .AddSingleton<SearchService>();
}
