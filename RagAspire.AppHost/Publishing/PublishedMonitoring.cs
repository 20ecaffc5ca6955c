using RagAspire.AppHost.Monitoring;
using RagAspire.Embedded.Postgres;

namespace RagAspire.AppHost.Publishing;

/// <summary>
/// Prometheus, Alertmanager, Grafana and exporters of a deployment. Their files are in their images, because few publishers can
/// mount any. Services push their metrics, so that every replica is seen wherever it runs.
/// </summary>
internal static class PublishedMonitoring
{
    /// <returns>Prometheus; null without monitoring.</returns>
    public static IResourceBuilder<ContainerResource>? AddPublishedMonitoring(
        this IDistributedApplicationBuilder builder,
        AppHostOptions options,
        ContainerPostgres? postgres,
        IResourceBuilder<RedisResource> cache,
        IResourceBuilder<ParameterResource>? vectorsKey)
    {
        if (!options.Monitoring)
        {
            return null;
        }

        var prometheus = builder.AddPrometheus(vectorsKey);
        builder.AddImage("grafana", 3000)
            .WithVolume("ragaspire-grafana", "/var/lib/grafana")
            .WithLimits(cpus: 1, megabytes: 512)
            .WithEnvironment("PROMETHEUS_URL", prometheus.GetEndpoint("http"))
            .WithEnvironment("TRACES_URL", builder.Configuration["TRACES_URL"] ?? "http://localhost:18888")
            .WithEnvironment("GF_SECURITY_ADMIN_PASSWORD", builder.AddPassword("grafana-password", "Password of admin in Grafana."))
            .WithEnvironment("GF_USERS_ALLOW_SIGN_UP", "false")
            .WithEnvironment("GF_ANALYTICS_REPORTING_ENABLED", "false");
        builder.AddPinned("redis-exporter", ContainerImages.RedisExporter)
            .WithHttpEndpoint(targetPort: 9121, name: "http")
            .WithLimits(cpus: 1, megabytes: 128)
            .WithEnvironment("REDIS_ADDR", ReferenceExpression.Create(
                $"redis://{cache.Resource.PrimaryEndpoint.Property(EndpointProperty.HostAndPort)}"))
            .WithEnvironment("REDIS_PASSWORD", cache.Resource.PasswordParameter!);
        if (postgres is not null)
        {
            builder.AddPinned("postgres-exporter", ContainerImages.PostgresExporter)
                .WithHttpEndpoint(targetPort: 9187, name: "http")
                .WithLimits(cpus: 1, megabytes: 128)
                .WithEnvironment("DATA_SOURCE_URI", ReferenceExpression.Create(
                    $"{postgres.Server.Resource.PrimaryEndpoint.Property(EndpointProperty.HostAndPort)}/ragdb?sslmode=disable"))
                .WithEnvironment("DATA_SOURCE_USER", PostgresRoles.Application)
                .WithEnvironment("DATA_SOURCE_PASS", postgres.Password);
        }

        return prometheus;
    }

    /// <summary>Adds Alertmanager, which delivers alerts to the API.</summary>
    public static void AddPublishedAlertmanager(
        this IResourceBuilder<ProjectResource> api, IResourceBuilder<ParameterResource> alertsKey) =>
        api.ApplicationBuilder.AddImage("alertmanager", 9093)
            .WithVolume("ragaspire-alertmanager", "/alertmanager")
            .WithLimits(cpus: 1, megabytes: 256)
            .WithEnvironment("API_URL", api.GetEndpoint("http"))
            .WithEnvironment("ALERTS_KEY", alertsKey)
            .WithArgs(ExternalUrl(api.ApplicationBuilder.Configuration["ALERTMANAGER_URL"] ?? "http://localhost:9093"));

    private static IResourceBuilder<ContainerResource> AddPrometheus(
        this IDistributedApplicationBuilder builder, IResourceBuilder<ParameterResource>? vectorsKey)
    {
        var prometheus = builder.AddImage("prometheus", 9090)
            .WithVolume("ragaspire-prometheus", "/prometheus")
            .WithLimits(cpus: 2, megabytes: 2048)
            .WithArgs([.. MonitoringFolder.Flags(PublishedImages.Repository(builder), name => name switch
            {
                "RAGASPIRE_OTLP" => "true",
                "PROMETHEUS_URL" => builder.Configuration[name] ?? "http://localhost:9090",
                _ => builder.Configuration[name],
            })]);
        return vectorsKey is null ? prometheus : prometheus.WithEnvironment("QDRANT_API_KEY", vectorsKey);
    }

    private static string ExternalUrl(string url) => $"--web.external-url={url}";

    private static IResourceBuilder<ContainerResource> AddImage(
        this IDistributedApplicationBuilder builder, string name, int port) =>
        builder.AddDockerfile(name, PublishedImages.Repository(builder), PublishedImages.Dockerfile(name))
            .WithHttpEndpoint(targetPort: port, name: "http");
}
