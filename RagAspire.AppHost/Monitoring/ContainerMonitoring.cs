using RagAspire.AppHost.Publishing;
using RagAspire.Embedded.Postgres;

namespace RagAspire.AppHost.Monitoring;

/// <summary>
/// Prometheus, Alertmanager, Grafana and exporters as containers, with the files of this repository. API, worker and
/// web app listen on loopback, which a container cannot reach on Linux, so they push their metrics to Prometheus.
/// </summary>
internal static class ContainerMonitoring
{
    private const string Configuration = "/etc/prometheus";

    /// <summary>Adds all but Alertmanager, which needs the API.</summary>
    /// <returns>Prometheus; null without monitoring.</returns>
    public static IResourceBuilder<ContainerResource>? AddMonitoring(
        this IDistributedApplicationBuilder builder,
        AppHostOptions options,
        ContainerPostgres postgres,
        IResourceBuilder<RedisResource> cache,
        ParameterResource vectorsKey)
    {
        if (!options.Monitoring)
        {
            return null;
        }

        var prometheus = builder.AddPrometheus(options.PrometheusPort, vectorsKey);
        builder.AddExporters(prometheus, postgres, cache);
        builder.AddPinned("grafana", ContainerImages.Grafana)
            .WithHttpEndpoint(Ports.Free(options.GrafanaPort, "Grafana", "--grafana-port"), targetPort: 3000, name: "http")
            .WithHttpHealthCheck("/api/health")
            .WithVolume("ragaspire-grafana", "/var/lib/grafana")
            .WithContainerFiles("/etc/grafana/provisioning", Repository(builder, "grafana", "provisioning"))
            .WithContainerFiles("/var/lib/grafana/dashboards", Repository(builder, "grafana", "dashboards"))
            .WithEnvironment("PROMETHEUS_URL", prometheus.GetEndpoint("http"))
            .WithEnvironment("TRACES_URL", builder.Configuration["ASPNETCORE_URLS"]?.Split(';')[0] ?? "http://localhost:18888")
            .WithEnvironment("GF_SECURITY_ADMIN_PASSWORD", builder.AddPassword("grafana-password", "Password of admin in Grafana."))
            .WithEnvironment("GF_AUTH_ANONYMOUS_ENABLED", "true")
            .WithEnvironment("GF_USERS_ALLOW_SIGN_UP", "false")
            .WithEnvironment("GF_ANALYTICS_REPORTING_ENABLED", "false")
            .AsGrafana();
        return prometheus;
    }

    /// <summary>Lines of the start-up table.</summary>
    /// <param name="servers">All containers of the run.</param>
    public static IEnumerable<(string What, string Where)> Describe(IReadOnlyCollection<ContainerResource> servers)
    {
        var known = servers.ToDictionary(server => server.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var name in new[] { "Prometheus", "Alertmanager", "Grafana" })
        {
            if (known.TryGetValue(name, out var server))
            {
                yield return (name, server.GetEndpoint("http").Url);
            }
        }

        var exporters = string.Join(", ", known.Keys.Where(name => name.EndsWith("-exporter", StringComparison.Ordinal)));
        yield return exporters.Length > 0 ? ("Exporters", exporters) : ("Monitoring", "switched off (--monitoring)");
    }

    /// <summary>Lets a service push its metrics.</summary>
    public static IResourceBuilder<ProjectResource> WithMetricsTo(
        this IResourceBuilder<ProjectResource> service, IResourceBuilder<ContainerResource>? prometheus) => prometheus is null
        ? service
        : service.WithEnvironment(
            "Metrics__Otlp", ReferenceExpression.Create($"{prometheus.GetEndpoint("http")}/api/v1/otlp/v1/metrics"));

    /// <summary>Adds Alertmanager, which delivers alerts to the API: the one connection from a container to a process.</summary>
    public static void AddAlertmanager(
        this IResourceBuilder<ProjectResource> api,
        AppHostOptions options,
        Stores stores,
        IResourceBuilder<ParameterResource> alertsKey)
    {
        if (stores.Prometheus is null)
        {
            return;
        }

        if (api.ApplicationBuilder.ExecutionContext.IsPublishMode)
        {
            api.AddPublishedAlertmanager(alertsKey);
            return;
        }

        // The address of the API as a container sees it is known only inside the container, so the start-up script fills it in.
        const string placeholder = "http://ragaspire-api";
        var builder = api.ApplicationBuilder;
        builder.AddPinned("alertmanager", ContainerImages.Alertmanager)
            .WithHttpEndpoint(
                Ports.Free(options.AlertmanagerPort, "Alertmanager", "--alertmanager-port"), targetPort: 9093, name: "http")
            .WithHttpHealthCheck("/-/ready")
            .WithVolume("ragaspire-alertmanager", "/alertmanager")
            .WithContainerFiles("/etc/alertmanager", async (_, cancellationToken) =>
            [
                new ContainerFile
                {
                    Name = "alertmanager.yml",
                    Contents = ConfigurationTemplate.Render(
                        await File.ReadAllTextAsync(Repository(builder, "alertmanager", "alertmanager.yml"), cancellationToken),
                        name => name switch
                        {
                            "RAGASPIRE_API_URL" => placeholder,
                            "RAGASPIRE_API_KEY_FILE" => "/etc/alertmanager/alerts-key",
                            _ => builder.Configuration[name],
                        }),
                },
                new ContainerFile
                {
                    Name = Secrets.AlertsKey,
                    Contents = await alertsKey.Resource.GetValueAsync(cancellationToken),
                },
                Folder("templates", Repository(builder, "alertmanager", "templates")),
            ])
            .WithEnvironment("API_URL", api.GetEndpoint("http"))
            .WithEntrypoint("/bin/sh")
            .WithArgs(
                "-c",
                $"cd /etc/alertmanager && sed \"s|{placeholder}|$API_URL|\" alertmanager.yml > /tmp/alertmanager.yml "
                + "&& cp -r templates /tmp && exec /bin/alertmanager --config.file=/tmp/alertmanager.yml --storage.path=/alertmanager "
                + $"--cluster.listen-address= --web.external-url={builder.Configuration["ALERTMANAGER_URL"] ?? $"http://localhost:{options.AlertmanagerPort}"}")
            .AsAlertmanager();
    }

    private static IResourceBuilder<ContainerResource> AddPrometheus(
        this IDistributedApplicationBuilder builder, int port, ParameterResource vectorsKey)
    {
        string? Variable(string name) => name switch
        {
            "RAGASPIRE_OTLP" => "true",
            "QDRANT_API_KEY_FILE" => $"{Configuration}/qdrant-key",
            "PROMETHEUS_URL" => builder.Configuration[name] ?? $"http://localhost:{port}",
            _ => builder.Configuration[name],
        };
        return builder.AddPinned("prometheus", ContainerImages.Prometheus)
            .WithHttpEndpoint(Ports.Free(port, "Prometheus", "--prometheus-port"), targetPort: 9090, name: "http")
            .WithHttpHealthCheck("/-/ready")
            .WithVolume("ragaspire-prometheus", "/prometheus")
            .WithContainerFiles(Configuration, async (_, cancellationToken) =>
            [
                new ContainerFile
                {
                    Name = "prometheus.yml",
                    Contents = ConfigurationTemplate.Render(
                        await File.ReadAllTextAsync(Repository(builder, "prometheus", "prometheus.yml"), cancellationToken),
                        Variable),
                },
                new ContainerFile { Name = "qdrant-key", Contents = await vectorsKey.GetValueAsync(cancellationToken) },
                Folder("rules", Repository(builder, "prometheus", "rules")),
                new ContainerDirectory { Name = "targets", Entries = Targets() },
            ])
            .WithArgs(
            [
                $"--config.file={Configuration}/prometheus.yml", "--storage.tsdb.path=/prometheus",
                .. MonitoringFolder.Flags(Repository(builder), Variable),
            ])
            .AsPrometheus();
    }

    private static void AddExporters(
        this IDistributedApplicationBuilder builder,
        IResourceBuilder<ContainerResource> prometheus,
        ContainerPostgres postgres,
        IResourceBuilder<RedisResource> cache)
    {
        var server = postgres.Server.Resource;
        builder.AddPinned("postgres-exporter", ContainerImages.PostgresExporter)
            .WithHttpEndpoint(targetPort: 9187, name: "http")
            .WithHttpHealthCheck("/")
            .WithEnvironment("DATA_SOURCE_URI", ReferenceExpression.Create(
                $"{server.PrimaryEndpoint.Property(EndpointProperty.HostAndPort)}/ragdb?sslmode=disable"))
            .WithEnvironment("DATA_SOURCE_USER", PostgresRoles.Application)
            .WithEnvironment("DATA_SOURCE_PASS", postgres.Password)
            .AsExporterOf(server);
        builder.AddPinned("redis-exporter", ContainerImages.RedisExporter)
            .WithHttpEndpoint(targetPort: 9121, name: "http")
            .WithHttpHealthCheck("/health")
            .WithEnvironment("REDIS_ADDR", ReferenceExpression.Create(
                $"redis://{cache.Resource.PrimaryEndpoint.Property(EndpointProperty.HostAndPort)}"))
            .WithEnvironment("REDIS_PASSWORD", cache.Resource.PasswordParameter!)
            .AsExporterOf(cache.Resource);
        var node = builder.AddPinned("node-exporter", ContainerImages.NodeExporter)
            .WithHttpEndpoint(targetPort: 9100, name: "http")
            .WithHttpHealthCheck("/")
            .AsExporterOf(prometheus.Resource);
        if (OperatingSystem.IsLinux())
        {
            // On other systems containers run in a virtual machine, whose root is not that of this machine. In the machine's
            // own namespace of processes its figures are the machine's; the network stays that of the containers, which
            // Prometheus can reach.
            node.WithBindMount("/", "/host", isReadOnly: true)
                .WithArgs("--path.rootfs=/host", "--path.procfs=/host/proc", "--path.sysfs=/host/sys")
                .WithContainerRuntimeArgs("--pid=host");
        }
    }

    /// <summary>Addresses on the network of the containers: the name of the container and its own port.</summary>
    private static IEnumerable<ContainerFile> Targets() => new[]
    {
        ("prometheus", "localhost:9090"), ("alertmanager", "alertmanager:9093"), ("node", "node-exporter:9100"),
        ("postgres", "postgres-exporter:9187"), ("redis", "redis-exporter:9121"), ("qdrant", "qdrant:6333"),
    }.Select(target => new ContainerFile
    {
        Name = $"{target.Item1}.yml",
        Contents = MonitoringFolder.Target(target.Item2, instance: target.Item1),
    });

    private static ContainerDirectory Folder(string name, string path) => new()
    {
        Name = name,
        Entries = Directory.GetFiles(path).Select(file => new ContainerFile { Name = Path.GetFileName(file), SourcePath = file }),
    };

    private static string Repository(IDistributedApplicationBuilder builder, params string[] path) =>
        Path.GetFullPath(Path.Combine([builder.AppHostDirectory, "..", .. path]));
}
