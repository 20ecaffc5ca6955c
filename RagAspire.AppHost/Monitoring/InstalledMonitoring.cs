using RagAspire.Embedded;

namespace RagAspire.AppHost.Monitoring;

/// <summary>
/// Prometheus, Alertmanager and the exporters that are installed on this machine, with the rules of this repository.
/// </summary>
public static class InstalledMonitoring
{
    private const string HowToInstall = "Debian and Ubuntu: apt install";

    /// <summary>Lines of the start-up table: the programs that run, and how to install those that are missing.</summary>
    public static IEnumerable<(string What, string Where)> Describe(AppHostOptions options)
    {
        if (!options.Monitoring)
        {
            yield return ("Monitoring", "switched off (--monitoring)");
            yield break;
        }

        if (MonitoringTool.Prometheus.Path is null)
        {
            var missing = MonitoringTool.All.Where(tool => tool.Path is null).Select(tool => tool.Package);
            yield return (
                "Monitoring", $"missing: history and alerts come with Prometheus ({HowToInstall} {string.Join(' ', missing)})");
            yield break;
        }

        yield return ("Prometheus", $"http://localhost:{options.PrometheusPort}");
        yield return ("Alertmanager", MonitoringTool.Alertmanager.Path is null
            ? $"missing: alerts appear in Prometheus only ({HowToInstall} {MonitoringTool.Alertmanager.Package})"
            : $"http://localhost:{options.AlertmanagerPort}");
        var running = string.Join(", ", MonitoringTool.Exporters.Where(tool => tool.Path is not null).Select(tool => tool.Name));
        var absent = MonitoringTool.Exporters.Where(tool => tool.Path is null).Select(tool => tool.Package).ToList();
        yield return ("Exporters", absent.Count == 0
            ? running
            : $"{(running.Length == 0 ? "none" : running)}; missing: {string.Join(", ", absent)} "
                + $"({HowToInstall} {string.Join(' ', absent)})");
    }

    /// <summary>Whether a Prometheus of this machine will run.</summary>
    public static bool Runs(AppHostOptions options) => options.Monitoring && MonitoringTool.Prometheus.Path is not null;

    /// <summary>The fixed ports that will be used, with their purpose and the argument that changes them.</summary>
    public static IEnumerable<(string Purpose, int Port, string Argument)> FixedPorts(AppHostOptions options)
    {
        if (Runs(options))
        {
            yield return ("Prometheus", options.PrometheusPort, "--prometheus-port");
            if (MonitoringTool.Alertmanager.Path is not null)
            {
                yield return ("Alertmanager", options.AlertmanagerPort, "--alertmanager-port");
            }
        }
    }

    /// <summary>Writes the configuration for API, worker and web app on this machine.</summary>
    /// <param name="alertsKey">The key with which Alertmanager delivers alerts to the API.</param>
    /// <param name="metricsToken">The token with which Prometheus reads the metrics of API, worker and web app.</param>
    /// <param name="environment">Variables of the templates, such as those of <c>alertmanager/alertmanager.yml</c>.</param>
    /// <returns>The programs in the order of their start; none without Prometheus.</returns>
    public static IReadOnlyList<MonitoringProgram> Prepare(
        AppHostOptions options, string alertsKey, string metricsToken, Func<string, string?> environment)
    {
        if (!options.Monitoring || MonitoringTool.Prometheus.Path is not { } prometheus)
        {
            return [];
        }

        var folder = new MonitoringFolder(Programs.Repository, Path.Combine(options.DataDirectory, "monitoring"));
        var own = new Dictionary<string, string>
        {
            ["RAGASPIRE_API_URL"] = $"http://127.0.0.1:{options.ApiPort}",
            ["RAGASPIRE_API_KEY_FILE"] = folder.WriteSecret(Secrets.AlertsKey, alertsKey),
            ["METRICS_TOKEN_FILE"] = folder.WriteSecret(Secrets.MetricsToken, metricsToken),
        };
        var defaults = new Dictionary<string, string>
        {
            ["RUNBOOKS_URL"] = $"http://localhost:{options.ApiPort}/runbooks",
            ["PROMETHEUS_URL"] = $"http://localhost:{options.PrometheusPort}",
            ["ALERTMANAGER_URL"] = $"http://localhost:{options.AlertmanagerPort}",
        };
        string? Variable(string name) => own.GetValueOrDefault(name) ?? environment(name) ?? defaults.GetValueOrDefault(name);
        folder.Write(Variable);
        AddServices(folder, options);

        List<MonitoringProgram> programs =
        [
            new(
                MonitoringTool.Prometheus.Name,
                prometheus,
                [
                    $"--config.file={folder.PrometheusFile}", $"--storage.tsdb.path={folder.Storage("prometheus")}",
                    $"--web.listen-address=127.0.0.1:{options.PrometheusPort}",
                    .. MonitoringFolder.Flags(Programs.Repository, Variable),
                ],
                options.PrometheusPort,
                "/-/ready"),
        ];
        if (MonitoringTool.Alertmanager.Path is { } alertmanager)
        {
            programs.Add(new MonitoringProgram(
                MonitoringTool.Alertmanager.Name,
                alertmanager,
                [
                    $"--config.file={folder.AlertmanagerFile}", $"--storage.path={folder.Storage("alertmanager")}",
                    $"--web.listen-address=127.0.0.1:{options.AlertmanagerPort}", "--cluster.listen-address=",
                    $"--web.external-url={Variable("ALERTMANAGER_URL")}",
                ],
                options.AlertmanagerPort,
                "/-/ready"));
        }

        programs.AddRange(MonitoringTool.Exporters.Where(tool => tool.Path is not null).Select(Exporter));
        foreach (var program in programs)
        {
            var job = program.Name.Replace("-exporter", "", StringComparison.Ordinal);
            folder.AddTarget(job, $"127.0.0.1:{program.Port}", job);
        }

        return programs;
    }

    private static void AddServices(MonitoringFolder folder, AppHostOptions options)
    {
        folder.AddTarget("ragaspire-api", $"127.0.0.1:{options.ApiPort}", "api");
        folder.AddTarget("ragaspire-worker", $"127.0.0.1:{options.WorkerPort}", "worker");
        if (options.Web)
        {
            folder.AddTarget("ragaspire-web", $"127.0.0.1:{options.WebPort}", "web");
        }
    }

    // On a free port, because only Prometheus needs its address.
    private static MonitoringProgram Exporter(MonitoringTool tool)
    {
        var port = FreePort.Next();

        // The node exporter of Debian asks systemd, and logs an error at every scrape where there is none.
        string[] own = tool == MonitoringTool.Node ? ["--no-collector.systemd"] : [];
        return new MonitoringProgram(
            tool.Name,
            tool.Path!,
            [$"--web.listen-address=127.0.0.1:{port}", .. own],
            port,
            tool == MonitoringTool.Redis ? "/health" : "/");
    }
}
