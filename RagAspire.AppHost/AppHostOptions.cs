using System.Globalization;

namespace RagAspire.AppHost;

/// <summary>Everything that can be chosen about a run, by argument or by environment variable.</summary>
public sealed record AppHostOptions
{
    public required string DataDirectory { get; init; }

    /// <summary>Null chooses containers where a container runtime answers.</summary>
    public RunMode? Mode { get; init; }

    public int ApiPort { get; init; } = 8000;

    public int WorkerPort { get; init; } = 8001;

    public int WebPort { get; init; } = 8002;

    /// <summary>0 takes a free one at every start.</summary>
    public int PostgresPort { get; init; }

    /// <summary>0 takes a free one at every start.</summary>
    public int RedisPort { get; init; }

    /// <summary>0 takes 18888, or a free one when that is in use.</summary>
    public int DashboardPort { get; init; }

    public int PrometheusPort { get; init; } = 9090;

    public int AlertmanagerPort { get; init; } = 9093;

    /// <summary>Only with containers, because no distribution packages Grafana.</summary>
    public int GrafanaPort { get; init; } = 3000;

    /// <summary>The model for answers, when Ollama has several.</summary>
    public string? ChatModel { get; init; }

    /// <summary>The model for embeddings, when Ollama has several.</summary>
    public string? EmbeddingModel { get; init; }

    public bool Dashboard { get; init; } = true;

    /// <summary>Whether Prometheus, Alertmanager and the exporters run, where they are installed.</summary>
    public bool Monitoring { get; init; } = true;

    /// <summary>Whether the web app runs.</summary>
    public bool Web { get; init; } = true;

    /// <summary>An argument, the environment variable with the same meaning, and the line of the usage.</summary>
    private static readonly (string Argument, string Variable, string Meaning)[] Known =
    [
        ("--mode", "RAGASPIRE_MODE", "embedded or containers (default: containers where a runtime answers)"),
        ("--data", "RAGASPIRE_DATA", "data directory (default .ragaspire in the repository)"),
        ("--api-port", "RAGASPIRE_API_PORT", "port of the API (default 8000)"),
        ("--worker-port", "RAGASPIRE_WORKER_PORT", "port of the worker (default 8001)"),
        ("--web-port", "RAGASPIRE_WEB_PORT", "port of the web app (default 8002)"),
        ("--postgres-port", "RAGASPIRE_POSTGRES_PORT", "port of PostgreSQL (default: a free one)"),
        ("--redis-port", "RAGASPIRE_REDIS_PORT", "port of Garnet (default: a free one)"),
        ("--dashboard-port", "RAGASPIRE_DASHBOARD_PORT", "port of the Aspire dashboard (default 18888, else a free one)"),
        ("--chat-model", "RAGASPIRE_CHAT_MODEL", "which of Ollama's models answers"),
        ("--embedding-model", "RAGASPIRE_EMBEDDING_MODEL", "which of Ollama's models embeds"),
        ("--prometheus-port", "RAGASPIRE_PROMETHEUS_PORT", "port of Prometheus (default 9090)"),
        ("--alertmanager-port", "RAGASPIRE_ALERTMANAGER_PORT", "port of Alertmanager (default 9093)"),
        ("--grafana-port", "RAGASPIRE_GRAFANA_PORT", "port of Grafana (default 3000; with containers)"),
        ("--dashboard", "RAGASPIRE_DASHBOARD", "false starts no Aspire dashboard"),
        ("--monitoring", "RAGASPIRE_MONITORING", "false starts no Prometheus, Alertmanager and exporters"),
        ("--web", "RAGASPIRE_WEB", "false starts no web app"),
    ];

    public static string Usage { get; } = string.Join('\n',
    [
        "Usage: dotnet run --project RagAspire.AppHost [-- arguments]",
        "",
        .. Known.Select(option => $"  {option.Argument,-20} {option.Variable,-28} {option.Meaning}"),
        "",
        "Aspire's own arguments (such as --publisher) and settings of the form --Section:Key value are passed on.",
        "ConnectionStrings__ragdb, __cache, __chat and __embeddings name servers that run elsewhere.",
    ]);

    /// <summary>An argument goes before an environment variable, and that before the default.</summary>
    /// <exception cref="AppHostException">An argument is unknown, or a value is invalid.</exception>
    public static AppHostOptions Parse(
        IReadOnlyList<string> arguments, Func<string, string?> environment, string defaultDataDirectory)
    {
        var values = Known.Where(option => environment(option.Variable) is { Length: > 0 })
            .ToDictionary(option => option.Argument, option => environment(option.Variable)!);
        foreach (var (name, value) in CommandLineArguments.Read(arguments, [.. Known.Select(option => option.Argument)]))
        {
            values[name] = value;
        }

        var options = new AppHostOptions
        {
            DataDirectory = Path.GetFullPath(values.GetValueOrDefault("--data", defaultDataDirectory)),
            Mode = ModeOf(values.GetValueOrDefault("--mode")),
            ChatModel = values.GetValueOrDefault("--chat-model"),
            EmbeddingModel = values.GetValueOrDefault("--embedding-model"),
            ApiPort = Port(values, "--api-port", 8000, least: 1),
            WorkerPort = Port(values, "--worker-port", 8001, least: 1),
            WebPort = Port(values, "--web-port", 8002, least: 1),
            PostgresPort = Port(values, "--postgres-port", 0, least: 0),
            RedisPort = Port(values, "--redis-port", 0, least: 0),
            DashboardPort = Port(values, "--dashboard-port", 0, least: 0),
            PrometheusPort = Port(values, "--prometheus-port", 9090, least: 1),
            AlertmanagerPort = Port(values, "--alertmanager-port", 9093, least: 1),
            GrafanaPort = Port(values, "--grafana-port", 3000, least: 1),
            Dashboard = Switch(values, "--dashboard"),
            Monitoring = Switch(values, "--monitoring"),
            Web = Switch(values, "--web"),
        };
        return options.ApiPort == options.WorkerPort
            ? throw new AppHostException($"The API and the worker cannot both have port {options.ApiPort}.")
            : options.Web && (options.WebPort == options.ApiPort || options.WebPort == options.WorkerPort)
            ? throw new AppHostException($"The web app and another service cannot both have port {options.WebPort}.")
            : options;
    }

    /// <summary>How to choose another value, for an error message.</summary>
    internal static string HowToSet(string argument) =>
        $"{argument} or {Known.Single(option => option.Argument == argument).Variable}";

    private static RunMode? ModeOf(string? text) => text switch
    {
        null => null,
        "embedded" => RunMode.Embedded,
        "containers" => RunMode.Containers,
        _ => throw new AppHostException($"--mode is embedded or containers, not {text}."),
    };

    private static bool Switch(Dictionary<string, string> values, string argument) =>
        bool.TryParse(values.GetValueOrDefault(argument, "true"), out var on)
            ? on
            : throw new AppHostException($"{argument} is true or false, not {values[argument]}.");

    private static int Port(Dictionary<string, string> values, string argument, int otherwise, int least)
    {
        if (!values.TryGetValue(argument, out var text))
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port >= least && port <= 65535
            ? port
            : throw new AppHostException($"{argument} is a port between {least} and 65535, not {text}.");
    }
}
