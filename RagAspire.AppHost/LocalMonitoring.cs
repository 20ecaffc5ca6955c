using Npgsql;
using RagAspire.Embedded;
using RagAspire.Embedded.Monitoring;
using RagAspire.Embedded.Processes;

namespace RagAspire.AppHost;

/// <summary>A system to be watched: where its parts are, and the key that alerts are delivered with.</summary>
public sealed record Watched(int ApiPort, int WorkerPort, string Database, string Cache, string ApiKey);

/// <summary>
/// Prometheus, Alertmanager and the exporters that are installed on this machine, set up with the repository's own rules.
/// </summary>
public sealed class LocalMonitoring
{
    private const string HowToGet = "Debian and Ubuntu: apt install";

    /// <summary>What each is called, as a package of Debian and as a download of its project.</summary>
    private static readonly Tool
        Prometheus = new("prometheus", "prometheus", "prometheus"),
        Alertmanager = new("alertmanager", "prometheus-alertmanager", "alertmanager"),
        Node = new("node-exporter", "prometheus-node-exporter", "node_exporter"),
        Postgres = new("postgres-exporter", "prometheus-postgres-exporter", "postgres_exporter"),
        Redis = new("redis-exporter", "prometheus-redis-exporter", "redis_exporter");

    private static readonly Tool[] Exporters = [Node, Postgres, Redis];

    private readonly List<ChildSpec> _children = [];
    private readonly MonitoringFolder _folder;

    private LocalMonitoring(MonitoringFolder folder) => _folder = folder;

    /// <summary>In the order in which they are to be started; none when Prometheus is not there.</summary>
    public IReadOnlyList<ChildSpec> Children => _children;

    /// <summary>Lines of the start-up table: which run and where, which are missing and how to get them.</summary>
    public static IEnumerable<(string What, string Where)> Describe(LocalOptions options)
    {
        if (!options.Monitoring)
        {
            yield return ("Monitoring", "switched off (--monitoring)");
            yield break;
        }

        if (Prometheus.Path is null)
        {
            yield return ("Monitoring", $"missing: history and alerts come with Prometheus ({HowToGet} {string.Join(' ', Missing())})");
            yield break;
        }

        yield return ("Prometheus", $"http://localhost:{options.PrometheusPort}");
        yield return ("Alertmanager", Alertmanager.Path is null
            ? $"missing: alerts are seen in Prometheus and told nobody ({HowToGet} {Alertmanager.Package})"
            : $"http://localhost:{options.AlertmanagerPort}");
        var running = string.Join(", ", Exporters.Where(tool => tool.Path is not null).Select(tool => tool.Name));
        var absent = Exporters.Where(tool => tool.Path is null).Select(tool => tool.Package).ToList();
        yield return ("Exporters", (running, absent.Count) switch
        {
            (_, 0) => running,
            _ => $"{(running.Length == 0 ? "none" : running)}; missing: {string.Join(", ", absent)} ({HowToGet} {string.Join(' ', absent)})",
        });
    }

    /// <summary>The fixed ports that are going to be used, with what for and how to choose others.</summary>
    public static IEnumerable<(string Purpose, int Port, string Argument)> Ports(LocalOptions options)
    {
        if (options.Monitoring && Prometheus.Path is not null)
        {
            yield return ("Prometheus", options.PrometheusPort, "--prometheus-port");
            if (Alertmanager.Path is not null)
            {
                yield return ("Alertmanager", options.AlertmanagerPort, "--alertmanager-port");
            }
        }
    }

    /// <summary>Writes the configuration and says what to start.</summary>
    /// <param name="environment">Who else is to be told of alerts; see <c>alertmanager/alertmanager.yml</c>.</param>
    public static LocalMonitoring Prepare(LocalOptions options, Watched system, Func<string, string?> environment)
    {
        var folder = new MonitoringFolder(Programs.Repository, Path.Combine(options.DataDirectory, "monitoring"));
        var monitoring = new LocalMonitoring(folder);
        if (!options.Monitoring || Prometheus.Path is null)
        {
            return monitoring;
        }

        var ours = new Dictionary<string, string>
        {
            ["RAGASPIRE_API_URL"] = $"http://127.0.0.1:{system.ApiPort}",
            ["RAGASPIRE_API_KEY_FILE"] = folder.WriteSecret("api-key", system.ApiKey),
        };
        var flags = folder.Write(name => ours.GetValueOrDefault(name) ?? environment(name));
        folder.AddTarget("ragaspire-api", $"127.0.0.1:{system.ApiPort}", "api");
        folder.AddTarget("ragaspire-worker", $"127.0.0.1:{system.WorkerPort}", "worker");
        monitoring.AddPrometheus(options.PrometheusPort, flags);
        monitoring.AddAlertmanager(options.AlertmanagerPort);
        monitoring.AddExporters(system);
        return monitoring;
    }

    private static IEnumerable<string> Missing() =>
        new[] { Prometheus, Alertmanager }.Concat(Exporters).Where(tool => tool.Path is null).Select(tool => tool.Package);

    private void AddPrometheus(int port, IReadOnlyList<string> flags)
    {
        _folder.AddTarget("prometheus", $"127.0.0.1:{port}", "prometheus");
        _children.Add(new ChildSpec(
            Prometheus.Name, Prometheus.Path!,
            [
                $"--config.file={_folder.PrometheusFile}", $"--storage.tsdb.path={_folder.Data("prometheus")}",
                $"--web.listen-address=127.0.0.1:{port}", "--log.level=warn", .. flags,
            ])
        {
            ReadyUrl = new Uri($"http://127.0.0.1:{port}/-/ready"),
        });
    }

    private void AddAlertmanager(int port)
    {
        if (Alertmanager.Path is not { } program)
        {
            return;
        }

        _folder.AddTarget("alertmanager", $"127.0.0.1:{port}", "alertmanager");
        _children.Add(new ChildSpec(
            Alertmanager.Name, program,
            $"--config.file={_folder.AlertmanagerFile}", $"--storage.path={_folder.Data("alertmanager")}",
            $"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=", "--log.level=warn")
        {
            ReadyUrl = new Uri($"http://127.0.0.1:{port}/-/ready"),
        });
    }

    private void AddExporters(Watched system)
    {
        AddExporter(Node, "node", []);
        AddExporter(Postgres, "postgres", new() { ["DATA_SOURCE_NAME"] = DatabaseAddress(system.Database) });
        var (address, password) = CacheAddress(system.Cache);
        AddExporter(Redis, "redis", new() { ["REDIS_ADDR"] = address, ["REDIS_PASSWORD"] = password });
    }

    /// <summary>On any free port: only Prometheus wants to find it.</summary>
    private void AddExporter(Tool tool, string job, Dictionary<string, string?> environment)
    {
        if (tool.Path is not { } program)
        {
            return;
        }

        var port = FreePort.Next();
        _folder.AddTarget(job, $"127.0.0.1:{port}", job);
        _children.Add(new ChildSpec(
            tool.Name, program, [$"--web.listen-address=127.0.0.1:{port}", .. Arguments(tool)])
        {
            Environment = environment,
        });
    }

    // Debian's node exporter asks systemd, and complains at every scrape where there is none.
    private static string[] Arguments(Tool tool) =>
        tool == Redis ? [] : tool == Node ? ["--log.level=warn", "--no-collector.systemd"] : ["--log.level=warn"];

    private static string DatabaseAddress(string connectionString)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        var host = server.Host ?? "127.0.0.1";

        // The exporter's driver cannot try first, as ours does.
        var encryption = server.SslMode is SslMode.Disable or SslMode.Allow or SslMode.Prefer ? "disable" : "require";
        return $"postgresql://{Uri.EscapeDataString(server.Username ?? "")}:{Uri.EscapeDataString(server.Password ?? "")}"
            + $"@{host}:{server.Port}/{Uri.EscapeDataString(server.Database ?? "")}?sslmode={encryption}";
    }

    private static (string Address, string? Password) CacheAddress(string connectionString)
    {
        var parts = connectionString.Split(',', StringSplitOptions.TrimEntries);
        var settings = parts.Skip(1).Select(part => part.Split('=', 2)).Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var scheme = settings.GetValueOrDefault("ssl") is "true" or "True" ? "rediss" : "redis";
        return ($"{scheme}://{parts[0]}", settings.GetValueOrDefault("password"));
    }

    private sealed record Tool(string Name, string Package, string Program)
    {
        /// <summary>Null when it is not on the PATH.</summary>
        public string? Path => Programs.OnPath(Package) ?? Programs.OnPath(Program);
    }
}
