using RagAspire.AppHost;
using RagAspire.AppHost.Local;
using RagAspire.Embedded;
using RagAspire.Embedded.Processes;

if (args is [Guard.Verb, var guarded])
{
    using var deaf = new StopSignals();
    await Guard.WatchAsync(Console.In, guarded, CancellationToken.None);
    return 0;
}

var builder = DistributedApplication.CreateBuilder(args);
try
{
    var options = builder.ReadOptions();
    var stores = await builder.ChooseModeAsync() == RunMode.Containers
        ? AddContainers(options)
        : await builder.AddEmbeddedStoresAsync(options);
    AddServices(options, stores);
    await using var app = builder.Build();
    await app.RunAsync();
    return 0;
}
catch (Exception ex) when (ex is EmbeddedStoreException or LocalRunException)
{
    await Console.Error.WriteLineAsync(ex.Message);
    return 1;
}

Stores AddContainers(LocalOptions options)
{
    var database = builder.AddPostgres("postgres", password: builder.AddPassword("postgres-password"))
        .WithDataVolume("ragaspire-postgres")
        .AddDatabase("ragdb");

    // Exporters and tools on the container network speak to Redis too, and none of them knows a development certificate.
    var cache = builder.AddRedis("cache", password: builder.AddPassword("cache-password"))
        .WithoutHttpsCertificate()
        .WithDataVolume("ragaspire-cache");

    var vectors = builder.AddQdrant("vectors", apiKey: builder.AddPassword("vectors-key"))
        .WithDataVolume("ragaspire-vectors")
        .WithUrlForEndpoint("http", url => (url.Url, url.DisplayText) = ($"{url.Url}/dashboard", "Vector index"));

    var ollama = new Lazy<IResourceBuilder<IOllamaResource>>(() => builder.AddOllama("ollama").WithDataVolume("ragaspire-ollama"));
    return new Stores(
        database,
        cache,
        vectors,
        builder.AddModel("chat", "chat-model", options.ChatModel ?? "llama3.2", ollama),
        builder.AddModel("embeddings", "embedding-model", options.EmbeddingModel ?? "nomic-embed-text", ollama))
    {
        Prometheus = builder.AddMonitoring(options, database, cache, vectors),
    };
}

void AddServices(LocalOptions options, Stores stores)
{
    var apiKey = builder.AddApiKey(options);

    builder.AddProject<Projects.RagAspire_Worker>("worker", launchProfileName: null)
        .WithService(options, options.WorkerPort, stores, apiKey)
        .WithUrlForEndpoint("http", url => (url.Url, url.DisplayText) = ($"{url.Url}/hangfire", "Jobs"));

    var api = builder.AddProject<Projects.RagAspire_Api>("api", launchProfileName: null)
        .WithService(options, options.ApiPort, stores, apiKey)
        .WithExternalHttpEndpoints()
        .WithUrlForEndpoint("http", url => (url.Url, url.DisplayText) = ($"{url.Url}/scalar", "API"))
        .WithSampleDocuments(apiKey)
        .WithMaintenanceCommands(apiKey);
    api.AddAlertmanager(options, stores, apiKey);
}
