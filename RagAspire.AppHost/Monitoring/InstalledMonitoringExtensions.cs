namespace RagAspire.AppHost.Monitoring;

internal static class InstalledMonitoringExtensions
{
    /// <summary>Runs the monitoring programs of this machine as executables.</summary>
    /// <exception cref="AppHostException">A port is in use.</exception>
    public static void AddInstalledMonitoring(this IDistributedApplicationBuilder builder, AppHostOptions options, Stores stores)
    {
        foreach (var (purpose, port, argument) in InstalledMonitoring.FixedPorts(options))
        {
            Ports.Free(port, purpose, argument);
        }

        var programs = InstalledMonitoring.Prepare(
            options,
            Secrets.ReadSecret(options, Secrets.AlertsKey),
            Secrets.ReadSecret(options, Secrets.MetricsToken),
            name => builder.Configuration[name])
            .ToDictionary(program => program.Name, builder.AddProgram);
        if (!programs.TryGetValue("prometheus", out var prometheus))
        {
            return;
        }

        prometheus.AsPrometheus();
        programs.GetValueOrDefault("alertmanager")?.AsAlertmanager();
        programs.GetValueOrDefault("node-exporter")?.AsExporterOf(prometheus.Resource);
        programs.GetValueOrDefault("postgres-exporter")?.AsExporterOf(stores.Database.Resource)
            .WithEnvironmentOf(stores.Database, ExporterEnvironment.Postgres);
        programs.GetValueOrDefault("redis-exporter")?.AsExporterOf(stores.Cache.Resource)
            .WithEnvironmentOf(stores.Cache, ExporterEnvironment.Redis);
    }

    private static IResourceBuilder<ExecutableResource> AddProgram(
        this IDistributedApplicationBuilder builder, MonitoringProgram program) =>
        builder.AddExecutable(program.Name, program.Path, builder.AppHostDirectory, [.. program.Arguments])
            .WithHttpEndpoint(program.Port, name: "http", isProxied: false)
            .WithHttpHealthCheck(program.HealthPath);

    // The connection string of an embedded store is known only when the store runs, so it is read when the exporter starts.
    private static void WithEnvironmentOf(
        this IResourceBuilder<ExecutableResource> exporter,
        IResourceBuilder<IResourceWithConnectionString> store,
        Func<string, Dictionary<string, string>> variables) => exporter.WithEnvironment(async context =>
        {
            var connectionString = await store.Resource.GetConnectionStringAsync(context.CancellationToken);
            foreach (var (name, value) in variables(connectionString!))
            {
                context.EnvironmentVariables[name] = value;
            }
        });
}
