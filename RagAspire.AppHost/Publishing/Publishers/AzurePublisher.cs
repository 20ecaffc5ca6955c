using Azure.Provisioning.AppContainers;

namespace RagAspire.AppHost.Publishing;

/// <summary>
/// The services as Azure Container Apps. Their volumes are shares of files, on which no database works, so PostgreSQL is a
/// managed one.
/// </summary>
internal static class AzurePublisher
{
    // An app of the consumption plan has two cores, and memory in proportion.
    private const double Cpus = 2;
    private const string Memory = "4Gi";
    private const int MostReplicas = 10;
    private const string RequestsAtOnce = "50";

    public static void AddAzure(this IDistributedApplicationBuilder builder)
    {
        builder.AddAzureContainerAppEnvironment("azure").WithDashboard(enable: false);
        foreach (var project in builder.Resources.OfType<ProjectResource>().ToList())
        {
            builder.CreateResourceBuilder(project).PublishAsAzureContainerApp((_, app) => Configure(project, app));
        }

        foreach (var container in builder.Resources.OfType<ContainerResource>().ToList())
        {
            // What a container keeps here can be made again, or ends with it: dashboards are in the image.
            foreach (var mount in container.Annotations.OfType<ContainerMountAnnotation>().ToList())
            {
                container.Annotations.Remove(mount);
            }

            // Names with a port, as the configuration of Prometheus has them, are those of TCP.
            if (IsScraped(container))
            {
                builder.CreateResourceBuilder(container).WithEndpoint("http", endpoint => endpoint.Transport = "tcp");
            }
        }
    }

    private static bool IsScraped(ContainerResource container) =>
        container.Name is "alertmanager" || container.Name.EndsWith("-exporter", StringComparison.Ordinal);

    private static void Configure(ProjectResource project, ContainerApp app)
    {
        app.Template.Containers[0].Value!.Resources = new AppContainerResources { Cpu = Cpus, Memory = Memory };
        if (project.Name != "api")
        {
            return;
        }

        app.Template.Scale.MaxReplicas = MostReplicas;
        app.Template.Scale.Rules =
        [
            new ContainerAppScaleRule
            {
                Name = "requests",
                Http = new ContainerAppHttpScaleRule { Metadata = { { "concurrentRequests", RequestsAtOnce } } },
            },
        ];
    }
}
