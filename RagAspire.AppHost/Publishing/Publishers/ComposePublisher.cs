using System.Globalization;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;

namespace RagAspire.AppHost.Publishing;

/// <summary>The system as one file for Docker Compose, with its variables in <c>.env</c>.</summary>
internal static class ComposePublisher
{
    private const string Keep = "ragaspire.keep";
    private const string Deployment = "ragaspire.deployment";

    public static void AddCompose(this IDistributedApplicationBuilder builder)
    {
        builder.AddDockerComposeEnvironment("compose").WithDashboard(enabled: false).ConfigureComposeFile(file =>
        {
            foreach (var volume in file.Volumes.Values)
            {
                volume.Labels[Keep] = "true";
            }
        });
        foreach (var resource in builder.Resources.OfType<IComputeResource>().ToList())
        {
            builder.CreateResourceBuilder(resource).PublishAsDockerComposeService((_, service) => Configure(resource, service));
        }
    }

    private static void Configure(IComputeResource resource, Service service)
    {
        service.Logging = new Logging
        {
            Driver = "json-file",
            Options = { ["max-size"] = "10m", ["max-file"] = "5" },
        };
        service.SecurityOpt.Add("no-new-privileges:true");
        service.Labels[Deployment] = "true";
        service.Deploy = new Deploy
        {
            Resources = Limits(resource),
            RestartPolicy = new RestartPolicy { Condition = "on-failure", Delay = "5s", MaxAttempts = 3 },
        };
        if (resource is ProjectResource project)
        {
            var program = Path.GetFileNameWithoutExtension(project.GetProjectMetadata().ProjectPath);
            service.StopGracePeriod = "45s";
            service.Healthcheck = new Healthcheck
            {
                Test = ["CMD", "dotnet", $"{program}.dll", "probe"],
                Interval = "30s",
                Timeout = "10s",
                Retries = 3,
                StartPeriod = "40s",
            };
        }
        else if (resource is PostgresServerResource)
        {
            service.StopGracePeriod = "2m";
        }

        if (resource.Annotations.OfType<ContainerLimit>().SingleOrDefault() is { SharedMegabytes: > 0 and var shared })
        {
            service.ShmSize = Megabytes(shared);
        }
    }

    private static Resources? Limits(IComputeResource resource) =>
        resource.Annotations.OfType<ContainerLimit>().SingleOrDefault() is not { } limit ? null : new Resources
        {
            Limits = new ResourceSpec { Cpus = Number(limit.Cpus), Memory = Megabytes(limit.Megabytes) },
            Reservations = limit.ReservedCpus == 0 ? null
                : new ResourceSpec { Cpus = Number(limit.ReservedCpus), Memory = Megabytes(limit.ReservedMegabytes) },
        };

    private static string Megabytes(int megabytes) => $"{Number(megabytes)}M";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
