using RagAspire.AppHost.EmbeddedStores;
using RagAspire.AppHost.Models;
using RagAspire.AppHost.Monitoring;

namespace RagAspire.AppHost;

internal static class EmbeddedMode
{
    private static readonly Uri OllamaEndpoint = new("http://localhost:11434");

    /// <summary>Everything that runs without containers, beside the services.</summary>
    public static async Task<Stores> AddEmbeddedModeAsync(this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        var (database, cache) = builder.AddEmbeddedStores(options);
        var models = await builder.FindModelsAsync(OllamaEndpoint, options, default);
        var stores = new Stores(
            database,
            cache,
            builder.FindExternal("vectors"),
            builder.AddExternalModel("chat", ModelParameter.Chat, models.Chat),
            builder.AddExternalModel("embeddings", ModelParameter.Embedding, models.Embeddings));
        builder.AddInstalledMonitoring(options, stores);
        return stores;
    }
}
