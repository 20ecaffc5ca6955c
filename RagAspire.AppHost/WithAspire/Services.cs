using RagAspire.AppHost.Local;

namespace RagAspire.AppHost;

internal static class Services
{
    /// <summary>What API and worker have in common. A fixed port is bound by the service itself, without a proxy before it.</summary>
    public static IResourceBuilder<ProjectResource> WithService(
        this IResourceBuilder<ProjectResource> service,
        LocalOptions options,
        int port,
        Stores stores,
        IResourceBuilder<ParameterResource> apiKey)
    {
        if (service.ApplicationBuilder.ExecutionContext.IsRunMode)
        {
            service
                .WithHttpEndpoint(port, name: "http", isProxied: false)
                .WithEnvironment("DOTNET_ENVIRONMENT", "Development")
                .WithEnvironment("ASPNETCORE_ENVIRONMENT", "Development")
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
            .WithEnvironment("Security__DevelopmentKey", apiKey)
            .WithUrlForEndpoint("http", _ => new ResourceUrlAnnotation { Url = "/health", DisplayText = "Health" });
    }
}
