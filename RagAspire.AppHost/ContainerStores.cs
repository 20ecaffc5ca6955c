namespace RagAspire.AppHost;

/// <summary>
/// Stores for which Aspire has no hosting package that every registry serves. Their connection strings are those of
/// Aspire.Hosting.Qdrant and CommunityToolkit.Aspire.Hosting.Ollama, which the client packages understand.
/// </summary>
internal static class ContainerStores
{
    /// <summary>All stores in containers, as in production.</summary>
    public static Stores AddContainerStores(this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        var database = builder.AddPostgres("postgres", password: builder.AddPassword("postgres-password"))
            .WithDataVolume("ragaspire-postgres")
            .AddDatabase("ragdb");

        // Exporters and tools on the container network speak to Redis too, and none of them knows a development certificate.
        var cache = builder.AddRedis("cache", password: builder.AddPassword("cache-password"))
            .WithoutHttpsCertificate()
            .WithDataVolume("ragaspire-cache");

        var vectorsKey = builder.AddPassword("vectors-key");
        var vectors = builder.AddQdrant("vectors", vectorsKey);
        var ollama = new Lazy<IResourceBuilder<ContainerResource>>(builder.AddOllama);
        return new Stores(
            database,
            cache,
            vectors,
            builder.AddModel("chat", "chat-model", options.ChatModel ?? "llama3.2", ollama),
            builder.AddModel("embeddings", "embedding-model", options.EmbeddingModel ?? "nomic-embed-text", ollama))
        {
            Prometheus = builder.AddMonitoring(options, database, cache, vectorsKey.Resource),
        };
    }

    public static IResourceBuilder<ConnectionStringResource> AddQdrant(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource> apiKey)
    {
        var server = builder.AddContainer("qdrant", "qdrant/qdrant", "v1.18.1")
            .WithHttpEndpoint(targetPort: 6334, name: "grpc")
            .WithEndpoint("grpc", endpoint => endpoint.Transport = "http2")
            .WithHttpEndpoint(targetPort: 6333, name: "http")
            .WithEnvironment("QDRANT__SERVICE__API_KEY", apiKey)
            .WithHttpHealthCheck("/readyz", endpointName: "http")
            .WithVolume("ragaspire-vectors", "/qdrant/storage")
            .WithUrlForEndpoint("http", url => (url.Url, url.DisplayText) = ($"{url.Url}/dashboard", "Vector index"));
        return builder
            .AddConnectionString(name, ReferenceExpression.Create($"Endpoint={server.GetEndpoint("grpc")};Key={apiKey}"))
            .WaitFor(server);
    }

    /// <summary>A server that fetches its models by itself once it runs.</summary>
    public static IResourceBuilder<ContainerResource> AddOllama(this IDistributedApplicationBuilder builder) =>
        builder.AddContainer("ollama", "ollama/ollama", "0.21.0")
            .WithHttpEndpoint(targetPort: 11434, name: "http")
            .WithHttpHealthCheck("/")
            .WithVolume("ragaspire-ollama", "/root/.ollama");

    /// <summary>A model of our own Ollama, fetched there when the server answers.</summary>
    public static IResourceBuilder<ConnectionStringResource> AddModel(
        this IResourceBuilder<ContainerResource> ollama, string name, string model)
    {
        var endpoint = ollama.GetEndpoint("http");
        ollama.OnResourceReady(async (_, _, cancellationToken) =>
        {
            using var client = new HttpClient { BaseAddress = new Uri(endpoint.Url), Timeout = Timeout.InfiniteTimeSpan };
            using var answer = await client.PostAsync(
                new Uri("/api/pull", UriKind.Relative), new StringContent($$"""{"model":"{{model}}","stream":false}"""), cancellationToken);
        });
        return ollama.ApplicationBuilder.AddConnectionString(name, ReferenceExpression.Create($"Endpoint={endpoint};Model={model}"));
    }
}
