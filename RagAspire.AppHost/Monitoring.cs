
namespace RagAspire.AppHost;

/// <summary>
/// Prometheus, Alertmanager, Grafana and exporters as containers, with the files of this repository. A process on this
/// machine listens on loopback, where no container reaches it; so API and worker push what they measure.
/// </summary>
internal static class Monitoring
{
    private const string Configuration = "/etc/prometheus";

    /// <summary>Adds what looks at the stores. A deployment brings its own: see <c>deploy/</c>.</summary>
    /// <returns>Null where nobody wants it.</returns>
    public static IResourceBuilder<ContainerResource>? AddMonitoring(
        this IDistributedApplicationBuilder builder,
        AppHostOptions options,
        IResourceBuilder<PostgresDatabaseResource> database,
        IResourceBuilder<RedisResource> cache,
        ParameterResource vectorsKey)
    {
        if (!options.Monitoring || !builder.ExecutionContext.IsRunMode)
        {
            return null;
        }

        builder.AddExporters(database, cache);
        var prometheus = builder.AddPrometheus(options.PrometheusPort, vectorsKey);
        builder.AddContainer("grafana", "grafana/grafana", "12.0.2")
            .WithHttpEndpoint(Ports.Free(options.GrafanaPort, "Grafana", "--grafana-port"), targetPort: 3000, name: "http")
            .WithHttpHealthCheck("/api/health")
            .WithVolume("ragaspire-grafana", "/var/lib/grafana")
            .WithContainerFiles("/etc/grafana/provisioning", Repository(builder, "grafana", "provisioning"))
            .WithContainerFiles("/var/lib/grafana/dashboards", Repository(builder, "grafana", "dashboards"))
            .WithEnvironment("PROMETHEUS_URL", prometheus.GetEndpoint("http"))
            .WithEnvironment("TRACES_URL", builder.Configuration["ASPNETCORE_URLS"]?.Split(';')[0] ?? "http://localhost:18888")
            .WithEnvironment("GF_SECURITY_ADMIN_PASSWORD", builder.AddPassword("grafana-password"))
            .WithEnvironment("GF_AUTH_ANONYMOUS_ENABLED", "true")
            .WithEnvironment("GF_ANALYTICS_REPORTING_ENABLED", "false");
        return prometheus;
    }

    /// <summary>Adds the programs that are installed on this machine, in the place of the containers.</summary>
    public static void AddInstalledMonitoring(this IDistributedApplicationBuilder builder, AppHostOptions options, Stores stores)
    {
        foreach (var (purpose, port, argument) in InstalledMonitoring.FixedPorts(options))
        {
            Ports.Free(port, purpose, argument);
        }

        var services = new MonitoredServices(options.ApiPort, options.WorkerPort, builder.ReadApiKey(options));
        foreach (var program in InstalledMonitoring.Prepare(options, services, name => builder.Configuration[name]).Programs)
        {
            var resource = builder.AddExecutable(program.Name, program.Path, builder.AppHostDirectory, program.Arguments);
            if (program.Environment is { } environment)
            {
                resource.WithEnvironment(async context =>
                {
                    var connections = new MonitoredStores(
                        await stores.Database.Resource.GetConnectionStringAsync(context.CancellationToken) ?? "",
                        await stores.Cache.Resource.GetConnectionStringAsync(context.CancellationToken) ?? "");
                    foreach (var (name, value) in environment(connections))
                    {
                        context.EnvironmentVariables[name] = value;
                    }
                });
            }

            if (program.Port is { } port)
            {
                resource.WithHttpEndpoint(port, name: "http", isProxied: false).WithHttpHealthCheck("/-/ready");
            }
        }
    }

    /// <summary>Lets a service push its metrics.</summary>
    public static IResourceBuilder<ProjectResource> WithMetricsTo(
        this IResourceBuilder<ProjectResource> service, IResourceBuilder<ContainerResource>? prometheus) => prometheus is null
        ? service
        : service.WithEnvironment("Metrics__Otlp", ReferenceExpression.Create($"{prometheus.GetEndpoint("http")}/api/v1/otlp/v1/metrics"));

    /// <summary>Adds Alertmanager, which tells the API of every alert; that is all the way from a container to a process.</summary>
    public static void AddAlertmanager(
        this IResourceBuilder<ProjectResource> api, AppHostOptions options, Stores stores, IResourceBuilder<ParameterResource> apiKey)
    {
        if (stores.Prometheus is null)
        {
            return;
        }

        // Where a container finds the API is known only inside it.
        const string unknown = "http://ragaspire-api";
        var builder = api.ApplicationBuilder;
        builder.AddContainer("alertmanager", "prom/alertmanager", "v0.28.1")
            .WithHttpEndpoint(Ports.Free(options.AlertmanagerPort, "Alertmanager", "--alertmanager-port"), targetPort: 9093, name: "http")
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
                            "RAGASPIRE_API_URL" => unknown,
                            "RAGASPIRE_API_KEY_FILE" => "/etc/alertmanager/api-key",
                            _ => builder.Configuration[name],
                        }),
                },
                new ContainerFile { Name = "api-key", Contents = await apiKey.Resource.GetValueAsync(cancellationToken) },
                Folder("templates", Repository(builder, "alertmanager", "templates")),
            ])
            .WithEnvironment("API_URL", api.GetEndpoint("http"))
            .WithEntrypoint("/bin/sh")
            .WithArgs(
                "-c",
                $"cd /etc/alertmanager && sed \"s|{unknown}|$API_URL|\" alertmanager.yml > /tmp/alertmanager.yml && cp -r templates /tmp "
                + "&& exec /bin/alertmanager --config.file=/tmp/alertmanager.yml --storage.path=/alertmanager --cluster.listen-address=");
    }

    private static IResourceBuilder<ContainerResource> AddPrometheus(
        this IDistributedApplicationBuilder builder, int port, ParameterResource vectorsKey)
    {
        string? Variable(string name) => name switch
        {
            "RAGASPIRE_OTLP" => "true",
            "QDRANT_API_KEY_FILE" => $"{Configuration}/qdrant-key",
            _ => builder.Configuration[name],
        };
        return builder.AddContainer("prometheus", "prom/prometheus", "v3.5.0")
            .WithHttpEndpoint(Ports.Free(port, "Prometheus", "--prometheus-port"), targetPort: 9090, name: "http")
            .WithHttpHealthCheck("/-/ready")
            .WithVolume("ragaspire-prometheus", "/prometheus")
            .WithContainerFiles(Configuration, async (_, cancellationToken) =>
            [
                new ContainerFile
                {
                    Name = "prometheus.yml",
                    Contents = ConfigurationTemplate.Render(
                        await File.ReadAllTextAsync(Repository(builder, "prometheus", "prometheus.yml"), cancellationToken), Variable),
                },
                new ContainerFile { Name = "qdrant-key", Contents = await vectorsKey.GetValueAsync(cancellationToken) },
                Folder("rules", Repository(builder, "prometheus", "rules")),
                new ContainerDirectory { Name = "targets", Entries = Targets() },
            ])
            .WithArgs(
            [
                $"--config.file={Configuration}/prometheus.yml", "--storage.tsdb.path=/prometheus",
                .. MonitoringFolder.Flags(Repository(builder), Variable),
            ]);
    }

    private static void AddExporters(
        this IDistributedApplicationBuilder builder, IResourceBuilder<PostgresDatabaseResource> database, IResourceBuilder<RedisResource> cache)
    {
        var server = database.Resource.Parent;
        builder.AddContainer("postgres-exporter", "prometheuscommunity/postgres-exporter", "v0.17.1")
            .WithHttpEndpoint(targetPort: 9187, name: "http")
            .WithHttpHealthCheck("/")
            .WithEnvironment("DATA_SOURCE_URI", ReferenceExpression.Create(
                $"{server.PrimaryEndpoint.Property(EndpointProperty.HostAndPort)}/{database.Resource.DatabaseName}?sslmode=disable"))
            .WithEnvironment("DATA_SOURCE_USER", server.UserNameReference)
            .WithEnvironment("DATA_SOURCE_PASS", server.PasswordParameter);
        builder.AddContainer("redis-exporter", "oliver006/redis_exporter", "v1.74.0")
            .WithHttpEndpoint(targetPort: 9121, name: "http")
            .WithHttpHealthCheck("/health")
            .WithEnvironment("REDIS_ADDR", ReferenceExpression.Create(
                $"redis://{cache.Resource.PrimaryEndpoint.Property(EndpointProperty.HostAndPort)}"))
            .WithEnvironment("REDIS_PASSWORD", cache.Resource.PasswordParameter!);
        var node = builder.AddContainer("node-exporter", "prom/node-exporter", "v1.9.1")
            .WithHttpEndpoint(targetPort: 9100, name: "http")
            .WithHttpHealthCheck("/");
        if (OperatingSystem.IsLinux())
        {
            // Elsewhere containers run in a machine of their own, which is then the one that is shown.
            node.WithBindMount("/", "/host", isReadOnly: true).WithArgs("--path.rootfs=/host");
        }
    }

    /// <summary>On the containers' network each is found by its name, at the port that it listens on itself.</summary>
    private static IEnumerable<ContainerFile> Targets() => new[]
    {
        ("prometheus", "localhost:9090"), ("alertmanager", "alertmanager:9093"), ("node", "node-exporter:9100"),
        ("postgres", "postgres-exporter:9187"), ("redis", "redis-exporter:9121"), ("qdrant", "qdrant:6333"),
    }.Select(target => new ContainerFile
    {
        Name = $"{target.Item1}.yml", Contents = MonitoringFolder.Target(target.Item2, instance: target.Item1),
    });

    private static ContainerDirectory Folder(string name, string path) => new()
    {
        Name = name,
        Entries = Directory.GetFiles(path).Select(file => new ContainerFile { Name = Path.GetFileName(file), SourcePath = file }),
    };

    private static string Repository(IDistributedApplicationBuilder builder, params string[] path) =>
        Path.GetFullPath(Path.Combine([builder.AppHostDirectory, "..", .. path]));
}
