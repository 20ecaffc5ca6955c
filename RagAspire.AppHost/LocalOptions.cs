using System.Globalization;

namespace RagAspire.AppHost;

/// <summary>What a person can choose about a plain local run, by argument or by environment variable.</summary>
public sealed record LocalOptions
{
    public required string DataDirectory { get; init; }

    /// <summary><c>embedded</c> or <c>containers</c>; null lets the machine decide.</summary>
    public string? Mode { get; init; }

    public int ApiPort { get; init; } = 8000;

    public int WorkerPort { get; init; } = 8001;

    /// <summary>0 takes a free one at every start.</summary>
    public int PostgresPort { get; init; }

    /// <summary>0 takes a free one at every start.</summary>
    public int RedisPort { get; init; }

    /// <summary>0 takes 18888, or a free one when that is in use.</summary>
    public int DashboardPort { get; init; }

    public int PrometheusPort { get; init; } = 9090;

    public int AlertmanagerPort { get; init; } = 9093;

    /// <summary>Only in containers: no system has it as a package.</summary>
    public int GrafanaPort { get; init; } = 3000;

    /// <summary>The model for answers, when Ollama has several.</summary>
    public string? ChatModel { get; init; }

    /// <summary>The model for embeddings, when Ollama has several.</summary>
    public string? EmbeddingModel { get; init; }

    public bool Dashboard { get; init; } = true;

    /// <summary>Whether Prometheus and what belongs to it run too, where they are installed.</summary>
    public bool Monitoring { get; init; } = true;

    /// <summary>An argument, the environment variable that means the same, and what it is for.</summary>
    private static readonly (string Argument, string Variable, string Meaning)[] Known =
    [
        ("--mode", "RAGASPIRE_MODE", "embedded or containers (default: containers where a runtime answers)"),
        ("--data", "RAGASPIRE_DATA", "data directory (default .ragaspire in the repository)"),
        ("--api-port", "RAGASPIRE_API_PORT", "port of the API (default 8000)"),
        ("--worker-port", "RAGASPIRE_WORKER_PORT", "port of the worker (default 8001)"),
        ("--postgres-port", "RAGASPIRE_POSTGRES_PORT", "port of PostgreSQL (default: a free one)"),
        ("--redis-port", "RAGASPIRE_REDIS_PORT", "port of Garnet (default: a free one)"),
        ("--dashboard-port", "RAGASPIRE_DASHBOARD_PORT", "port of the Aspire dashboard (default 18888, else a free one)"),
        ("--chat-model", "RAGASPIRE_CHAT_MODEL", "which of Ollama's models answers"),
        ("--embedding-model", "RAGASPIRE_EMBEDDING_MODEL", "which of Ollama's models embeds"),
        ("--prometheus-port", "RAGASPIRE_PROMETHEUS_PORT", "port of Prometheus (default 9090)"),
        ("--alertmanager-port", "RAGASPIRE_ALERTMANAGER_PORT", "port of Alertmanager (default 9093)"),
        ("--grafana-port", "RAGASPIRE_GRAFANA_PORT", "port of Grafana (default 3000; with containers)"),
        ("--dashboard", "RAGASPIRE_DASHBOARD", "false starts no Aspire dashboard"),
        ("--monitoring", "RAGASPIRE_MONITORING", "false starts no Prometheus, Alertmanager and exporters, even if they are there"),
    ];

    public static string Usage { get; } = string.Join('\n',
    [
        "Runs the whole system on this machine.",
        "",
        .. Known.Select(option => $"  {option.Argument,-18} {option.Variable,-26} {option.Meaning}"),
        "",
        "ConnectionStrings__ragdb, __cache, __chat and __embeddings name servers that run elsewhere.",
    ]);

    /// <exception cref="LocalRunException">An argument is unknown, or a value makes no sense.</exception>
    public static LocalOptions Parse(
        IReadOnlyList<string> arguments, Func<string, string?> environment, string defaultDataDirectory)
    {
        var values = new Dictionary<string, string>();
        foreach (var (argument, variable, _) in Known)
        {
            if (environment(variable) is { Length: > 0 } value)
            {
                values[argument] = value;
            }
        }

        ReadArguments(arguments, values);
        var options = new LocalOptions
        {
            DataDirectory = Path.GetFullPath(values.GetValueOrDefault("--data", defaultDataDirectory)),
            Mode = ChosenMode(values.GetValueOrDefault("--mode")),
            ChatModel = values.GetValueOrDefault("--chat-model"),
            EmbeddingModel = values.GetValueOrDefault("--embedding-model"),
            ApiPort = Port(values, "--api-port", 8000, least: 1),
            WorkerPort = Port(values, "--worker-port", 8001, least: 1),
            PostgresPort = Port(values, "--postgres-port", 0, least: 0),
            RedisPort = Port(values, "--redis-port", 0, least: 0),
            DashboardPort = Port(values, "--dashboard-port", 0, least: 0),
            PrometheusPort = Port(values, "--prometheus-port", 9090, least: 1),
            AlertmanagerPort = Port(values, "--alertmanager-port", 9093, least: 1),
            GrafanaPort = Port(values, "--grafana-port", 3000, least: 1),
            Dashboard = Switch(values, "--dashboard"),
            Monitoring = Switch(values, "--monitoring"),
        };
        return options.ApiPort == options.WorkerPort
            ? throw new LocalRunException($"The API and the worker cannot both have port {options.ApiPort}.")
            : options;
    }

    /// <summary>What to set instead when the port is in use, for an error message.</summary>
    internal static string HowToSet(string argument) =>
        $"{argument} or {Known.Single(option => option.Argument == argument).Variable}";

    private static void ReadArguments(IReadOnlyList<string> arguments, Dictionary<string, string> values)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var left, var right] ? (left, right) : (arguments[i], null);
            if (Known.All(option => option.Argument != name))
            {
                throw new LocalRunException($"Unknown argument {name}.\n\n{Usage}");
            }

            values[name] = value ?? (++i < arguments.Count ? arguments[i] : throw new LocalRunException($"{name} needs a value."));
        }
    }

    private static string? ChosenMode(string? text) => text is null or "embedded" or "containers"
        ? text
        : throw new LocalRunException($"--mode is embedded or containers, not {text}.");

    private static bool Switch(Dictionary<string, string> values, string argument) =>
        bool.TryParse(values.GetValueOrDefault(argument, "true"), out var on)
            ? on
            : throw new LocalRunException($"{argument} is true or false.");

    private static int Port(Dictionary<string, string> values, string argument, int otherwise, int least)
    {
        var text = values.GetValueOrDefault(argument);
        if (text is null)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port >= least && port <= 65535
            ? port
            : throw new LocalRunException($"{argument} is a port between {least} and 65535, not {text}.");
    }
}
