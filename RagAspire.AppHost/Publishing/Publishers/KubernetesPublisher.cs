using System.Globalization;
using Aspire.Hosting.Kubernetes;
using Aspire.Hosting.Kubernetes.Resources;

namespace RagAspire.AppHost.Publishing;

/// <summary>The system as a Helm chart. The API is scaled by the autoscaler of deploy/kubernetes, or by hand.</summary>
internal static class KubernetesPublisher
{
    private const long ServiceUser = 1654;
    private const long Nobody = 65534;
    private const long Grafana = 472;

    public static void AddKubernetes(this IDistributedApplicationBuilder builder)
    {
        // By default the publisher's volumes end with their pod.
        builder.AddKubernetesEnvironment("kubernetes").WithDashboard(enabled: false).WithProperties(environment =>
        {
            environment.DefaultStorageType = "pvc";
            environment.DefaultStorageSize = builder.Configuration["Deployment:VolumeSize"] ?? "20Gi";
        });
        foreach (var resource in builder.Resources.OfType<IComputeResource>().ToList())
        {
            builder.CreateResourceBuilder(resource).PublishAsKubernetesService(kubernetes => Configure(resource, kubernetes));
        }
    }

    private static void Configure(IComputeResource resource, KubernetesResource kubernetes)
    {
        var pod = kubernetes.Workload!.PodTemplate.Spec;
        var container = pod.Containers.Single();
        pod.AutomountServiceAccountToken = false;
        Limit(container, resource.Annotations.OfType<ContainerLimit>().SingleOrDefault());
        (container.SecurityContext ??= new SecurityContextV1()).AllowPrivilegeEscalation = false;
        if (resource is ProjectResource)
        {
            Confine(pod, container);
        }
        else if (resource.Name is "prometheus" or "alertmanager")
        {
            (pod.SecurityContext ??= new PodSecurityContextV1()).FsGroup = Nobody;
        }
        else if (resource.Name is "grafana")
        {
            (pod.SecurityContext ??= new PodSecurityContextV1()).FsGroup = Grafana;
        }

        // A volume of one pod cannot be that of its successor at the same time.
        if (kubernetes.Workload is Deployment deployment && pod.Volumes.Any(volume => volume.PersistentVolumeClaim is not null))
        {
            deployment.Spec.Strategy.Type = "Recreate";
            deployment.Spec.Strategy.RollingUpdate = null!;
        }
    }

    /// <summary>Without rights, and with nothing to write but temporary files and volumes.</summary>
    private static void Confine(PodSpecV1 pod, ContainerV1 container)
    {
        pod.TerminationGracePeriodSeconds = 60;
        var user = pod.SecurityContext ??= new PodSecurityContextV1();
        (user.RunAsNonRoot, user.RunAsUser, user.RunAsGroup, user.FsGroup) = (true, ServiceUser, ServiceUser, ServiceUser);
        container.SecurityContext!.ReadOnlyRootFilesystem = true;
        (container.SecurityContext.Capabilities ??= new CapabilitiesV1()).Drop.Add("ALL");
        foreach (var name in new[] { "tmp", "data" }.Where(name => container.VolumeMounts.All(mount => mount.MountPath != $"/{name}")))
        {
            pod.Volumes.Add(new VolumeV1 { Name = name, EmptyDir = new EmptyDirVolumeSourceV1() });
            container.VolumeMounts.Add(new VolumeMountV1 { Name = name, MountPath = $"/{name}" });
        }
    }

    private static void Limit(ContainerV1 container, ContainerLimit? limit)
    {
        if (limit is null)
        {
            return;
        }

        var resources = container.Resources ??= new ResourceRequirementsV1();
        resources.Limits["cpu"] = Number(limit.Cpus);
        resources.Limits["memory"] = $"{Number(limit.Megabytes)}Mi";
        if (limit.ReservedCpus > 0)
        {
            resources.Requests["cpu"] = Number(limit.ReservedCpus);
            resources.Requests["memory"] = $"{Number(limit.ReservedMegabytes)}Mi";
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
