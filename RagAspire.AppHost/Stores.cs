using Microsoft.Extensions.Configuration;

namespace RagAspire.AppHost;

/// <summary>What the services keep their data in and ask their questions of, wherever it runs.</summary>
/// <param name="Vectors">Null when the services index in their own memory.</param>
/// <param name="Chat">Null when there is no model: answers are then extracts.</param>
/// <param name="Embeddings">Null when there is no model: search is then by words only.</param>
internal sealed record Stores(
    IResourceBuilder<IResourceWithConnectionString> Database,
    IResourceBuilder<IResourceWithConnectionString> Cache,
    IResourceBuilder<IResourceWithConnectionString>? Vectors,
    IResourceBuilder<IResourceWithConnectionString>? Chat,
    IResourceBuilder<IResourceWithConnectionString>? Embeddings)
{
    /// <summary>What services push their metrics to; null where they are scraped, or nobody looks.</summary>
    public IResourceBuilder<ContainerResource>? Prometheus { get; init; }
}

internal static class StoresExtensions
{
    /// <summary>
    /// Hands the connection strings to a service and starts it when the stores are healthy. For models nobody waits:
    /// to fetch one takes minutes, and everything but generated answers and embeddings works until then.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithStores(this IResourceBuilder<ProjectResource> service, Stores stores)
    {
        foreach (var store in new[] { stores.Database, stores.Cache, stores.Vectors })
        {
            if (store is not null)
            {
                service.WithReference(store).WaitFor(store);
            }
        }

        foreach (var model in new[] { stores.Chat, stores.Embeddings })
        {
            if (model is not null)
            {
                service.WithReference(model);
            }
        }

        return service;
    }

    /// <summary>A model of our own Ollama, or of the one that the connection string of this name points to.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddModel(
        this IDistributedApplicationBuilder builder,
        string name,
        string parameter,
        string defaultModel,
        Lazy<IResourceBuilder<ContainerResource>> ollama)
    {
        if (builder.Configuration.GetConnectionString(name) is { Length: > 0 })
        {
            return builder.AddConnectionString(name);
        }

        // What a resource is made of must be known before parameters are resolved.
        var model = builder.Configuration[$"Parameters:{parameter}"] ?? defaultModel;
        builder.AddParameter(parameter, model, publishValueAsDefault: true);
        return ollama.Value.AddModel(name, model);
    }
}
