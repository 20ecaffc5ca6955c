using Microsoft.Extensions.Configuration;
using RagAspire.AppHost.Models;
using RagAspire.AppHost.Monitoring;
using RagAspire.AppHost.Publishing;

namespace RagAspire.AppHost;

/// <summary>
/// The stores as containers. Qdrant and Ollama are plain containers, because their hosting packages are not served by
/// every registry; their connection strings have the form that the client packages expect.
/// </summary>
internal static class ContainerStores
{
    /// <summary>All stores in containers, as in production.</summary>
    public static Stores AddContainerStores(this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        var postgres = ContainerPostgres.Add(builder);
        var cache = builder.AddCache();
        var vectorsKey = builder.AddPassword("vectors-key", "API key of Qdrant.");
        var vectors = builder.AddQdrant("vectors", vectorsKey);
        var ollama = new Lazy<IResourceBuilder<ContainerResource>>(builder.AddOllamaContainer);
        return new Stores(
            postgres.AddDatabase(),
            cache,
            vectors,
            builder.AddContainerModel("chat", ModelParameter.Chat, options.ChatModel, ollama),
            builder.AddContainerModel("embeddings", ModelParameter.Embedding, options.EmbeddingModel, ollama))
        {
            Postgres = postgres,
            Prometheus = builder.ExecutionContext.IsPublishMode
                ? builder.AddPublishedMonitoring(options, postgres, cache, vectorsKey)
                : builder.AddMonitoring(options, postgres, cache, vectorsKey.Resource),
        };
    }

    /// <summary>
    /// The stores of a deployment whose volumes are no file system for a database: PostgreSQL is elsewhere, and the vector index
    /// in the services. So are models, unless a connection string names them.
    /// </summary>
    public static Stores AddManagedStores(this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        var cache = builder.AddCache();
        return new Stores(
            builder.AddConnectionString("ragdb"), cache, Vectors: null, builder.FindManaged("chat"), builder.FindManaged("embeddings"))
        {
            Prometheus = builder.AddPublishedMonitoring(options, postgres: null, cache, vectorsKey: null),
        };
    }

    private static IResourceBuilder<IResourceWithConnectionString>? FindManaged(
        this IDistributedApplicationBuilder builder, string name) =>
        builder.Configuration.GetConnectionString(name) is { Length: > 0 } ? builder.AddConnectionString(name) : null;

    // Exporters and tools on the container network connect to Redis too, and none of them trusts a development certificate.
    private static IResourceBuilder<RedisResource> AddCache(this IDistributedApplicationBuilder builder) =>
        builder.AddRedis("cache", password: builder.AddPassword("cache-password", "Password of Redis.").WithHidden())
            .WithImageTag(ContainerImages.Tag(ContainerImages.Redis))
            .WithoutHttpsCertificate()
            .WithVolume("ragaspire-cache", "/data")
            .WithTuning();

    private static IResourceBuilder<ConnectionStringResource> AddQdrant(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource> apiKey)
    {
        var server = builder.AddPinned("qdrant", ContainerImages.Qdrant)
            .WithHttpEndpoint(targetPort: 6334, name: "grpc")
            .WithEndpoint("grpc", endpoint => endpoint.Transport = "http2")
            .WithHttpEndpoint(targetPort: 6333, name: "http")
            .WithEnvironment("QDRANT__SERVICE__API_KEY", apiKey)
            .WithHttpHealthCheck("/readyz", endpointName: "http")
            .WithVolume("ragaspire-vectors", "/qdrant/storage")
            .WithLimits(cpus: 4, megabytes: 4096)
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
