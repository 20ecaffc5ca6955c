namespace RagAspire.AppHost;

/// <summary>The stores and models that the services connect to, in containers or embedded.</summary>
/// <param name="Vectors">Null when the services keep the vector index in their own memory.</param>
/// <param name="Chat">Null without a chat model: answers are extractive.</param>
/// <param name="Embeddings">Null where the services use the model that they bring along.</param>
internal sealed record Stores(
    IResourceBuilder<IResourceWithConnectionString> Database,
    IResourceBuilder<IResourceWithConnectionString> Cache,
    IResourceBuilder<IResourceWithConnectionString>? Vectors,
    IResourceBuilder<IResourceWithConnectionString>? Chat,
    IResourceBuilder<IResourceWithConnectionString>? Embeddings)
{
    /// <summary>Null where PostgreSQL is no container.</summary>
    public ContainerPostgres? Postgres { get; init; }

    /// <summary>The receiver of pushed metrics; null where services are scraped, or without monitoring.</summary>
    public IResourceBuilder<ContainerResource>? Prometheus { get; init; }
}

internal static class StoresExtensions
{
    /// <summary>
    /// Passes the connection strings to a service and starts it when the stores are healthy. It does not wait for models:
    /// a download takes minutes, and only generated answers and embeddings need them.
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
}
