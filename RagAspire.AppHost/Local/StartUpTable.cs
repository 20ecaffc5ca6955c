using System.Globalization;
using System.Text;

namespace RagAspire.AppHost.Local;

/// <summary>What a person wants to know once all runs: where everything is, and what is missing.</summary>
public static class StartUpTable
{
    public static string Render(
        LocalOptions options, LocalStores stores, ModelConnections models, DashboardSpec? dashboard, string apiKey)
    {
        var api = $"http://localhost:{options.ApiPort}";
        List<(string What, string Where)> rows =
        [
            ("API", api),
            ("  try it out", $"{api}/scalar"),
            ("Worker", $"http://localhost:{options.WorkerPort}"),
            ("  jobs", $"http://localhost:{options.WorkerPort}/hangfire"),
            ("Dashboard", dashboard is null
                ? "missing: traces and logs in a browser come with the aspire CLI (npm install -g @microsoft/aspire-cli)"
                : dashboard.Page.ToString().TrimEnd('/')),
            .. LocalMonitoring.Describe(options),
            ("PostgreSQL", stores.Postgres is { } postgres
                ? $"127.0.0.1:{postgres.Port} (log: {postgres.LogDirectory})"
                : "as ConnectionStrings__ragdb says"),
            ("Redis", stores.Redis is { } redis ? $"127.0.0.1:{redis.Port} (Garnet, in this process)" : "as ConnectionStrings__cache says"),
            ("Answers", models.Chat is { } chat
                ? ModelOf(chat)
                : "extractive: no chat model (install Ollama, then: ollama pull llama3.2)"),
            ("Search", models.Embeddings is { } embeddings
                ? $"BM25 and {ModelOf(embeddings)}"
                : "BM25 only: no embedding model (install Ollama, then: ollama pull nomic-embed-text)"),
            ("Data", options.DataDirectory),
            ("API key", $"{apiKey} (all scopes; kept in {Path.Combine(options.DataDirectory, "api-key")})"),
        ];

        var table = new StringBuilder();
        foreach (var (what, where) in rows)
        {
            table.AppendLine(CultureInfo.InvariantCulture, $"  {what,-14} {where}");
        }

        return table.ToString();
    }

    // A connection string may hold a key; only the model's name is for the screen.
    private static string ModelOf(string connectionString) =>
        connectionString.Split(';')
            .Select(part => part.Split('=', 2))
            .FirstOrDefault(pair => pair.Length == 2 && pair[0].Trim().Equals("Model", StringComparison.OrdinalIgnoreCase))?[1]
        ?? "the model of its connection string";
}
