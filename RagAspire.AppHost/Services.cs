using RagAspire.AppHost.Commands;
using RagAspire.AppHost.Monitoring;
using RagAspire.AppHost.Publishing;

namespace RagAspire.AppHost;

internal static class Services
{
    /// <summary>API, worker and web app.</summary>
    public static void AddServices(this IDistributedApplicationBuilder builder, AppHostOptions options, Stores stores)
    {
        var apiKey = builder.AddApiKey(options);
        var alertsKey = builder.AddKeptSecret(options, Secrets.AlertsKey, "API key with which Alertmanager delivers alerts.");
        var metricsToken = builder.AddKeptSecret(options, Secrets.MetricsToken, "Token with which metrics are read.");
        var worker = builder.AddProject<Projects.RagAspire_Worker>("worker", launchProfileName: null)
            .WithService(options, options.WorkerPort, stores)
            .WithKeys(apiKey, metricsToken)
            .WithBackupSecrets(options, stores)
            .WithEnvironment("KeyRing__Secret", builder.AddKeptSecret(
                options, "key-ring-secret", "Encrypts the keys with which the workers' pages are signed."))
            .WithIdentityProvider()
            .WithIconName("Toolbox")
            .WithPage("http", "/hangfire", "Jobs")
            .WithExtraPage("http", "/health", "Health");

        // One, because the volume of its backups is that of one container.
        if (builder.ExecutionContext.IsPublishMode)
        {
            worker.AsPublished(replicas: 1, reservedCpus: 1).WithBackupVolume();
        }

        var api = builder.AddProject<Projects.RagAspire_Api>("api", launchProfileName: null)
            .WithService(options, options.ApiPort, stores)
            .WithKeys(apiKey, metricsToken)
            .WithEnvironment("Security__AlertsKey", alertsKey)
            .WithIdentityProvider()
            .WithExternalHttpEndpoints()
            .WithIconName("PlugConnected")
            .WithPage("http", "/scalar", "API reference")
            .WithExtraPage("http", "/openapi/v1.json", "OpenAPI")
            .WithExtraPage("http", "/health", "Health")
            .WithApiCommands(apiKey)
            .WithMcpServer(options, apiKey);
        if (builder.ExecutionContext.IsPublishMode)
        {
            api.AsPublished(replicas: 3, reservedCpus: 2);
            worker.WithEnvironment("Diagnosis__Machine__ApiUrl", api.GetEndpoint("http"));
        }

        api.AddAlertmanager(options, stores, alertsKey);
        builder.AddWebApp(options, api, metricsToken, stores.Prometheus);
    }

    private static IResourceBuilder<ProjectResource> WithKeys(
        this IResourceBuilder<ProjectResource> service,
        IResourceBuilder<ParameterResource> apiKey,
        IResourceBuilder<ParameterResource> metricsToken) => service
        .WithEnvironment("Security__DevelopmentKey", apiKey)
        .WithEnvironment("Metrics__Token", metricsToken);

    /// <summary>
    /// Lets the orchestrator start the built program itself. Its own way, <c>dotnet run --no-build</c> for each service,
    /// evaluates the project again, which takes about a second of CPU time for each.
    /// </summary>
    private static IResourceBuilder<ProjectResource> WithBuiltProgram(this IResourceBuilder<ProjectResource> service)
    {
        var project = service.Resource.GetProjectMetadata().ProjectPath;
        return service
            .WithEnvironment("DOTNET_ROOT", Path.GetDirectoryName(Programs.DotNet)!)
            .WithAnnotation(new ExecutableAnnotation
            {
                Command = Programs.Executable(Path.GetFileNameWithoutExtension(project)),
                WorkingDirectory = Path.GetDirectoryName(project)!,
            });
    }

    /// <summary>Lets the service listen on a port: a fixed one of this machine, or that of its container.</summary>
    internal static IResourceBuilder<ProjectResource> WithAddress(this IResourceBuilder<ProjectResource> service, int port) =>
        service.ApplicationBuilder.ExecutionContext.IsPublishMode
            ? service.WithHttpEndpoint(targetPort: port, name: "http")

            // The service binds its fixed port itself; a proxy in front of it would need another one. It speaks plain HTTP, so
            // the dashboard need not warn of a missing development certificate.
            : service
                .WithBuiltProgram()
                .WithoutHttpsCertificate()
                .WithHttpEndpoint(port, name: "http", isProxied: false)
                .WithEnvironment("DOTNET_ENVIRONMENT", "Development")
                .WithEnvironment("ASPNETCORE_ENVIRONMENT", "Development")
                .WithEnvironment("OTEL_EXPORTER_OTLP_TIMEOUT", "1000");

    private static IResourceBuilder<ProjectResource> WithService(
        this IResourceBuilder<ProjectResource> service, AppHostOptions options, int port, Stores stores)
    {
        service.WithAddress(port);
        if (service.ApplicationBuilder.ExecutionContext.IsRunMode)
        {
            string apiAddress = $"http://localhost:{options.ApiPort}";
            service
                .WithEnvironment("RAGASPIRE_DATA", options.DataDirectory)
                .WithEnvironment("Diagnosis__Machine__ApiUrl", apiAddress);
        }

        return service
            .WithHttpHealthCheck("/ready")
            .WithStores(stores)
            .WithMetricsTo(stores.Prometheus)
            .WithHistory(options, stores);
    }

    /// <summary>
    /// Lets a service read the history that Prometheus keeps.
    /// </summary>
    private static IResourceBuilder<ProjectResource> WithHistory(
        this IResourceBuilder<ProjectResource> service, AppHostOptions options, Stores stores)
    {
        const string name = "Prometheus__Url";
        if (stores.Prometheus is { } prometheus)
        {
            return service.WithEnvironment(name, prometheus.GetEndpoint("http"));
        }

        string address = $"http://127.0.0.1:{options.PrometheusPort}";
        return service.ApplicationBuilder.ExecutionContext.IsRunMode && InstalledMonitoring.Runs(options)
            ? service.WithEnvironment(name, address)
            : service;
    }
}
