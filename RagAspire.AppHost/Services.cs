using RagAspire.AppHost.Commands;
using RagAspire.AppHost.Monitoring;

namespace RagAspire.AppHost;

internal static class Services
{
    /// <summary>API and worker.</summary>
    public static void AddServices(this IDistributedApplicationBuilder builder, AppHostOptions options, Stores stores)
    {
        var apiKey = builder.AddApiKey(options);
        builder.AddProject<Projects.RagAspire_Worker>("worker", launchProfileName: null)
            .WithService(options, options.WorkerPort, stores, apiKey)
            .WithIconName("Toolbox")
            .WithPage("http", "/hangfire", "Jobs")
            .WithExtraPage("http", "/health", "Health");

        var api = builder.AddProject<Projects.RagAspire_Api>("api", launchProfileName: null)
            .WithService(options, options.ApiPort, stores, apiKey)
            .WithExternalHttpEndpoints()
            .WithIconName("PlugConnected")
            .WithPage("http", "/scalar", "API reference")
            .WithExtraPage("http", "/openapi/v1.json", "OpenAPI")
            .WithExtraPage("http", "/health", "Health")
            .WithApiCommands(apiKey);
        api.AddAlertmanager(options, stores, apiKey);
    }

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

    private static IResourceBuilder<ProjectResource> WithService(
        this IResourceBuilder<ProjectResource> service,
        AppHostOptions options,
        int port,
        Stores stores,
        IResourceBuilder<ParameterResource> apiKey)
    {
        if (service.ApplicationBuilder.ExecutionContext.IsRunMode)
        {
            // The service binds its fixed port itself; a proxy in front of it would need another one. It speaks plain HTTP, so
            // the dashboard need not warn of a missing development certificate.
            service
                .WithBuiltProgram()
                .WithoutHttpsCertificate()
                .WithHttpEndpoint(port, name: "http", isProxied: false)
                .WithEnvironment("DOTNET_ENVIRONMENT", "Development")
                .WithEnvironment("ASPNETCORE_ENVIRONMENT", "Development")
                .WithEnvironment("OTEL_EXPORTER_OTLP_TIMEOUT", "1000")
                .WithEnvironment("RAGASPIRE_DATA", options.DataDirectory);
        }
        else
        {
            service.WithHttpEndpoint(name: "http");
        }

        return service
            .WithHttpHealthCheck("/ready")
            .WithStores(stores)
            .WithMetricsTo(stores.Prometheus)
            .WithEnvironment("Security__DevelopmentKey", apiKey);
    }
}
