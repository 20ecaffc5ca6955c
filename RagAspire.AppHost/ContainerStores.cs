using RagAspire.AppHost.Models;
using RagAspire.AppHost.Monitoring;

namespace RagAspire.AppHost;

/// <summary>
/// The stores as containers. Qdrant and Ollama are plain containers, because their hosting packages are not served by
/// every registry; their connection strings have the form that the client packages expect.
/// </summary>
internal static class ContainerStores
{
    private const string QdrantImage = "qdrant/qdrant";
    private const string QdrantTag = "v1.18.1";

    /// <summary>All stores in containers, as in production.</summary>
    public static Stores AddContainerStores(this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        var database = builder.AddPostgres("postgres", password: builder.AddPassword("postgres-password", "Password of PostgreSQL."))
            .WithDataVolume("ragaspire-postgres")
            .AddDatabase("ragdb");

        // Exporters and tools on the container network connect to Redis too, and none of them trusts a development certificate.
        var cache = builder.AddRedis("cache", password: builder.AddPassword("cache-password", "Password of Redis.").WithHidden())
            .WithoutHttpsCertificate()
            .WithDataVolume("ragaspire-cache");
        var vectorsKey = builder.AddPassword("vectors-key", "API key of Qdrant.");
        var vectors = builder.AddQdrant("vectors", vectorsKey);
        var ollama = new Lazy<IResourceBuilder<ContainerResource>>(builder.AddOllamaContainer);
        return new Stores(
            database,
            cache,
            vectors,
            builder.AddContainerModel("chat", ModelParameter.Chat, options.ChatModel, ollama),
            builder.AddContainerModel("embeddings", ModelParameter.Embedding, options.EmbeddingModel, ollama))
        {
            Prometheus = builder.AddMonitoring(options, database, cache, vectorsKey.Resource),
        };
    }

    private static IResourceBuilder<ConnectionStringResource> AddQdrant(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource> apiKey)
    {
        var server = builder.AddContainer("qdrant", QdrantImage, QdrantTag)
            .WithHttpEndpoint(targetPort: 6334, name: "grpc")
            .WithEndpoint("grpc", endpoint => endpoint.Transport = "http2")
            .WithHttpEndpoint(targetPort: 6333, name: "http")
            .WithEnvironment("QDRANT__SERVICE__API_KEY", apiKey)
            .WithHttpHealthCheck("/readyz", endpointName: "http")
            .WithVolume("ragaspire-vectors", "/qdrant/storage")
            .WithIconName("VectorShape")
            .WithPage("http", "/dashboard", "Vector index")
            .WithUrlForEndpoint("grpc", url => url.DisplayLocation = UrlDisplayLocation.DetailsOnly);
        return builder
            .AddConnectionString(name, ReferenceExpression.Create($"Endpoint={server.GetEndpoint("grpc")};Key={apiKey}"))
            .WithParentRelationship(server)
            .WithHealthCheck(server.Resource.Annotations.OfType<HealthCheckAnnotation>().Single().Key)
            .WaitFor(server);
    }
}
