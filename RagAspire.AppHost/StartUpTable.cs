using System.Globalization;
using System.Text;
using RagAspire.AppHost.EmbeddedStores;
using RagAspire.AppHost.Models;
using RagAspire.AppHost.Monitoring;

namespace RagAspire.AppHost;

/// <summary>The addresses of a run, and the parts that are missing.</summary>
internal sealed record StartUpTable(
    AppHostOptions Options, Stores Stores, ModelConnections Models, string? Dashboard, string ApiKey)
{
    public string Render()
    {
        var (options, stores, models, dashboard, apiKey) = this;
        var api = $"http://localhost:{options.ApiPort}";
        List<(string What, string Where)> rows =
        [
            .. options.Web ? [("Web app", $"http://localhost:{options.WebPort}")] : Array.Empty<(string, string)>(),
            ("API", api),
            ("  try it out", $"{api}/scalar"),
            ("Worker", $"http://localhost:{options.WorkerPort}"),
            ("  jobs", $"http://localhost:{options.WorkerPort}/hangfire"),
            ("Dashboard", dashboard ?? "switched off (--dashboard)"),
            .. InstalledMonitoring.Describe(options),
            ("PostgreSQL", stores.Database.Resource is EmbeddedDatabaseResource { Parent: var postgres }
                ? $"127.0.0.1:{postgres.Port} (log: {postgres.LogDirectory})"
                : "from ConnectionStrings__ragdb"),
            ("Redis", stores.Cache.Resource is EmbeddedRedisResource redis
                ? $"127.0.0.1:{redis.Port} (Garnet, in this process)"
                : "from ConnectionStrings__cache"),
            ("Answers", models.Chat is { } chat
                ? ModelOf(chat)
                : "extractive: no chat model (install Ollama, then: ollama pull llama3.2)"),
            ("Search", models.Embeddings is { } embeddings
                ? $"BM25 and {ModelOf(embeddings)}"
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

    private static string InProcessSearch(string? model) => model switch
    {
        "off" => "BM25 only: no embedding model",
        "arctic-xs" => "hybrid: BM25 and Arctic XS in process",
        _ => "hybrid: BM25 and MiniLM in process",
    };

    // A connection string may hold a key; only the model's name is printed.
    private static string ModelOf(string connectionString) =>
        connectionString.Split(';')
            .Select(part => part.Split('=', 2))
            .FirstOrDefault(pair => pair.Length == 2 && pair[0].Trim().Equals("Model", StringComparison.OrdinalIgnoreCase))?[1]
        ?? "the model of its connection string";
}
