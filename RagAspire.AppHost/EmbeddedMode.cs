using Microsoft.Extensions.DependencyInjection;
using RagAspire.AppHost.EmbeddedStores;
using RagAspire.AppHost.Lifecycle;

namespace RagAspire.AppHost;

internal static class EmbeddedMode
{
    private static readonly Uri OllamaEndpoint = new("http://localhost:11434");

    /// <summary>Everything that runs without containers, beside the services.</summary>
    public static async Task<Stores> AddEmbeddedModeAsync(this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        var (database, cache) = builder.AddEmbeddedStores(options);
        var (chat, embeddings) = (builder.FindExternal("chat"), builder.FindExternal("embeddings"));
        var models = await Ollama.FindAsync(
            OllamaEndpoint, options, await ConnectionStringAsync(chat), await ConnectionStringAsync(embeddings), default);
        var stores = new Stores(
            database,
            cache,
            builder.FindExternal("vectors"),
            chat ?? builder.AddModel("chat", models.Chat),
            embeddings ?? builder.AddModel("embeddings", models.Embeddings));
        builder.AddInstalledMonitoring(options, stores);

        var dashboard = options.Dashboard
            ? $"{builder.Configuration["ASPNETCORE_URLS"]}/login?t={builder.Configuration["AppHost:BrowserToken"]}" : null;
        builder.Services.AddSingleton(new StartUpTable(options, stores, models, dashboard, builder.ReadApiKey(options)));
        builder.Services.AddHostedService<ReadyAnnouncement>();
        return stores;
    }

    private static IResourceBuilder<IResourceWithConnectionString>? AddModel(
        this IDistributedApplicationBuilder builder, string name, string? connectionString) => connectionString is null
        ? null
        : builder.AddConnectionString(name, ReferenceExpression.Create($"{connectionString}"));

    private static async Task<string?> ConnectionStringAsync(IResourceBuilder<IResourceWithConnectionString>? server) =>
        server is null ? null : await server.Resource.GetConnectionStringAsync();
}
