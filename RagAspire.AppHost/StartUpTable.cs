using System.Globalization;
using System.Text;
using RagAspire.AppHost.EmbeddedStores;
using RagAspire.AppHost.Monitoring;

namespace RagAspire.AppHost;

/// <summary>The addresses of a run, and the parts that are missing.</summary>
internal sealed record StartUpTable(AppHostOptions Options, Stores Stores, string? Dashboard, string ApiKey)
{
    /// <param name="resources">Those of the run, whose endpoints are known.</param>
    public async Task<string> RenderAsync(IEnumerable<IResource> resources, CancellationToken cancellationToken)
    {
        var (options, stores, dashboard, apiKey) = this;
        var chat = await ModelOfAsync(stores.Chat, cancellationToken);
        var embeddings = await ModelOfAsync(stores.Embeddings, cancellationToken);
        var servers = resources.OfType<ContainerResource>().ToList();
        var api = $"http://localhost:{options.ApiPort}";
        List<(string What, string Where)> rows =
        [
            .. options.Web ? [("Web app", $"http://localhost:{options.WebPort}")] : Array.Empty<(string, string)>(),
            ("API", api),
            ("  try it out", $"{api}/scalar"),
            ("Worker", $"http://localhost:{options.WorkerPort}"),
            ("  jobs", $"http://localhost:{options.WorkerPort}/hangfire"),
            ("Dashboard", dashboard ?? "switched off (--dashboard)"),
            .. stores.Postgres is null ? InstalledMonitoring.Describe(options) : ContainerMonitoring.Describe(servers),
            ("PostgreSQL", DatabaseAddress(stores)),
            ("Redis", CacheAddress(stores.Cache.Resource)),
            .. servers.Where(server => server.Name == "qdrant")
                .Select(qdrant => ("Qdrant", $"{qdrant.GetEndpoint("http").Url}/dashboard")),
            ("Answers", chat ?? "extractive: no chat model (install Ollama, then: ollama pull llama3.2)"),
            ("Search", embeddings is not null
                ? $"BM25 and {embeddings}"
                : InProcessSearch(Environment.GetEnvironmentVariable("Embeddings__Embedded"))),
            ("Data", options.DataDirectory),
            ("API key", $"{apiKey} (all scopes; kept in {Path.Combine(options.DataDirectory, "api-key")})"),
        ];

        var table = new StringBuilder("\nRagAspire is ready. Ctrl-C stops it.\n\n");
        foreach (var (what, where) in rows)
        {
            table.AppendLine(CultureInfo.InvariantCulture, $"  {what,-14} {where}");
        }

        return table.ToString();
    }

    private static string DatabaseAddress(Stores stores) => stores switch
    {
        { Database.Resource: EmbeddedDatabaseResource { Parent: var server } } => $"127.0.0.1:{server.Port} (log: {server.LogDirectory})",
        { Postgres: { } container } => Address(container.Server.Resource.PrimaryEndpoint),
        _ => "from ConnectionStrings__ragdb",
    };

    private static string CacheAddress(IResource cache) => cache switch
    {
        EmbeddedRedisResource redis => $"127.0.0.1:{redis.Port} (Garnet, in this process)",
        RedisResource redis => Address(redis.PrimaryEndpoint),
        _ => "from ConnectionStrings__cache",
    };

    private static string Address(EndpointReference endpoint) => $"{endpoint.Host}:{endpoint.Port} (container)";

    private static string InProcessSearch(string? model) => model switch
    {
        "off" => "BM25 only: no embedding model",
        "arctic-xs" => "hybrid: BM25 and Arctic XS in process",
        _ => "hybrid: BM25 and MiniLM in process",
    };

    // A connection string may hold a key; only the model's name is printed.
    private static async Task<string?> ModelOfAsync(
        IResourceBuilder<IResourceWithConnectionString>? model, CancellationToken cancellationToken) => model is null
        ? null
        : (await model.Resource.GetConnectionStringAsync(cancellationToken))?.Split(';')
            .Select(part => part.Split('=', 2))
            .FirstOrDefault(pair => pair.Length == 2 && pair[0].Trim().Equals("Model", StringComparison.OrdinalIgnoreCase))?[1]
            ?? "the model of its connection string";
}
