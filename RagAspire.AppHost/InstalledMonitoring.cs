using Npgsql;
using RagAspire.Embedded;

namespace RagAspire.AppHost;

/// <summary>The services that Prometheus scrapes, and the key with which Alertmanager calls the API.</summary>
internal sealed record MonitoredServices(int ApiPort, int WorkerPort, string ApiKey);

/// <summary>The connection strings of the stores that the exporters look at.</summary>
internal sealed record MonitoredStores(string Database, string Cache);

/// <summary>A program to run, with its arguments.</summary>
internal sealed record MonitoringProgram(string Name, string Path, params string[] Arguments)
{
    /// <summary>The port on which it answers on <c>/-/ready</c>; null for an exporter.</summary>
    public int? Port { get; init; }

    /// <summary>Its environment variables. The stores' connection strings exist only when these have started.</summary>
    public Func<MonitoredStores, IReadOnlyDictionary<string, string>>? Environment { get; init; }
}

/// <summary>
/// Prometheus, Alertmanager and the exporters that are installed on this machine, configured with the repository's files.
/// </summary>
internal sealed class InstalledMonitoring
{
    private const string HowToGet = "Debian and Ubuntu: apt install";

    /// <summary>The name of each as a resource, as a package of Debian, and as a download of its project.</summary>
    private static readonly Tool
        Prometheus = new("prometheus", "prometheus", "prometheus"),
        Alertmanager = new("alertmanager", "prometheus-alertmanager", "alertmanager"),
        Node = new("node-exporter", "prometheus-node-exporter", "node_exporter"),
        Postgres = new("postgres-exporter", "prometheus-postgres-exporter", "postgres_exporter"),
        Redis = new("redis-exporter", "prometheus-redis-exporter", "redis_exporter");

    private static readonly Tool[] Exporters = [Node, Postgres, Redis];

    private readonly List<MonitoringProgram> _programs = [];
    private readonly MonitoringFolder _folder;

    private InstalledMonitoring(MonitoringFolder folder) => _folder = folder;

    /// <summary>In the order of the start; none when Prometheus is not installed.</summary>
    public IReadOnlyList<MonitoringProgram> Programs => _programs;

    /// <summary>Lines of the start-up table: the addresses of the installed programs, and how to install the missing ones.</summary>
    public static IEnumerable<(string What, string Where)> Describe(AppHostOptions options)
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
            ? $"missing: alerts are visible in Prometheus only ({HowToGet} {Alertmanager.Package})"
            : $"http://localhost:{options.AlertmanagerPort}");
        var running = string.Join(", ", Exporters.Where(tool => tool.Path is not null).Select(tool => tool.Name));
        var absent = Exporters.Where(tool => tool.Path is null).Select(tool => tool.Package).ToList();
        yield return ("Exporters", (running, absent.Count) switch
        {
            (_, 0) => running,
            _ => $"{(running.Length == 0 ? "none" : running)}; missing: {string.Join(", ", absent)} ({HowToGet} {string.Join(' ', absent)})",
        });
    }

    /// <summary>The fixed ports in use, with their purpose and the argument that changes them.</summary>
    public static IEnumerable<(string Purpose, int Port, string Argument)> FixedPorts(AppHostOptions options)
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

    /// <summary>Writes the configuration and lists the programs.</summary>
    /// <param name="environment">Further receivers of alerts; see <c>alertmanager/alertmanager.yml</c>.</param>
    public static InstalledMonitoring Prepare(AppHostOptions options, MonitoredServices services, Func<string, string?> environment)
    {
        var folder = new MonitoringFolder(AppHost.Programs.Repository, Path.Combine(options.DataDirectory, "monitoring"));
        var monitoring = new InstalledMonitoring(folder);
        if (!options.Monitoring || Prometheus.Path is null)
        {
            return monitoring;
        }

        var ours = new Dictionary<string, string>
        {
            ["RAGASPIRE_API_URL"] = $"http://127.0.0.1:{services.ApiPort}",
            ["RAGASPIRE_API_KEY_FILE"] = folder.WriteSecret("api-key", services.ApiKey),
        };
        var flags = folder.Write(name => ours.GetValueOrDefault(name) ?? environment(name));
        folder.AddTarget("ragaspire-api", $"127.0.0.1:{services.ApiPort}", "api");
        folder.AddTarget("ragaspire-worker", $"127.0.0.1:{services.WorkerPort}", "worker");
        monitoring.AddPrometheus(options.PrometheusPort, flags);
        monitoring.AddAlertmanager(options.AlertmanagerPort);
        monitoring.AddExporters();
        return monitoring;
    }

    private static IEnumerable<string> Missing() =>
        new[] { Prometheus, Alertmanager }.Concat(Exporters).Where(tool => tool.Path is null).Select(tool => tool.Package);

    private void AddPrometheus(int port, IReadOnlyList<string> flags)
    {
        _folder.AddTarget("prometheus", $"127.0.0.1:{port}", "prometheus");
        _programs.Add(new MonitoringProgram(
            Prometheus.Name, Prometheus.Path!,
            [
                $"--config.file={_folder.PrometheusFile}", $"--storage.tsdb.path={_folder.Data("prometheus")}",
                $"--web.listen-address=127.0.0.1:{port}", "--log.level=warn", .. flags,
            ])
        {
            Port = port,
        });
    }

    private void AddAlertmanager(int port)
    {
        if (Alertmanager.Path is not { } program)
        {
            return;
        }

        _folder.AddTarget("alertmanager", $"127.0.0.1:{port}", "alertmanager");
        _programs.Add(new MonitoringProgram(
            Alertmanager.Name, program,
            $"--config.file={_folder.AlertmanagerFile}", $"--storage.path={_folder.Data("alertmanager")}",
            $"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=", "--log.level=warn")
        {
            Port = port,
        });
    }

    private void AddExporters()
    {
        AddExporter(Node, "node");
        AddExporter(Postgres, "postgres", stores => new Dictionary<string, string>
        {
            ["DATA_SOURCE_NAME"] = DatabaseAddress(stores.Database),
        });
        AddExporter(Redis, "redis", stores =>
        {
            var (address, password) = CacheAddress(stores.Cache);
            return new Dictionary<string, string> { ["REDIS_ADDR"] = address, ["REDIS_PASSWORD"] = password ?? "" };
        });
    }

    /// <summary>On any free port, which only Prometheus needs to know.</summary>
    private void AddExporter(Tool tool, string job, Func<MonitoredStores, IReadOnlyDictionary<string, string>>? environment = null)
    {
        if (tool.Path is not { } program)
        {
            return;
        }

        var port = FreePort.Next();
        _folder.AddTarget(job, $"127.0.0.1:{port}", job);
        _programs.Add(new MonitoringProgram(tool.Name, program, [$"--web.listen-address=127.0.0.1:{port}", .. Arguments(tool)])
        {
            Environment = environment,
        });
    }

    // Debian's node exporter asks systemd, and logs an error at every scrape on a machine without it.
    private static string[] Arguments(Tool tool) =>
        tool == Redis ? [] : tool == Node ? ["--log.level=warn", "--no-collector.systemd"] : ["--log.level=warn"];

    private static string DatabaseAddress(string connectionString)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        var host = server.Host ?? "127.0.0.1";

        // Unlike Npgsql, the exporter's driver cannot negotiate encryption.
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
        public string? Path => AppHost.Programs.OnPath(Package) ?? AppHost.Programs.OnPath(Program);
    }
}
