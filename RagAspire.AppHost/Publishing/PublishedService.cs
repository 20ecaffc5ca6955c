namespace RagAspire.AppHost.Publishing;

internal static class PublishedService
{
    private const string Backups = "ragaspire-backups";

    /// <summary>Probes, limits, a name for each replica, and time to finish what runs.</summary>
    /// <param name="reservedCpus">Kept free for it; it may take up to four.</param>
    public static IResourceBuilder<ProjectResource> AsPublished(
        this IResourceBuilder<ProjectResource> service, int replicas, int reservedCpus) => service
        .WithReplicas(replicas)
        .WithProbe(ProbeType.Startup, "/alive", periodSeconds: 2, timeoutSeconds: 1, failureThreshold: 30)
        .WithProbe(ProbeType.Liveness, "/alive", periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 3)
        .WithProbe(ProbeType.Readiness, "/ready", periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 2)
        .WithAnnotation(new ContainerLimit(Cpus: 4, Megabytes: 4096, reservedCpus, reservedCpus * 1024))
        .WithEnvironment("Metrics__Instance", "%host%")
        .WithEnvironment("Shutdown__Delay", "00:00:05")
        .WithEnvironment("Shutdown__Grace", "00:00:35");

    /// <summary>Keeps backups on a volume, unless the settings <c>Backups:S3</c> of the container name a bucket.</summary>
    public static IResourceBuilder<ProjectResource> WithBackupVolume(this IResourceBuilder<ProjectResource> worker) => worker
        .WithAnnotation(new ContainerMountAnnotation(Backups, "/data", ContainerMountType.Volume, isReadOnly: false))
        .WithEnvironment("RAGASPIRE_DATA", "/data");

    // WithHttpProbe adds a health check for each, and two of one path are refused.
    private static IResourceBuilder<ProjectResource> WithProbe(
        this IResourceBuilder<ProjectResource> service,
        ProbeType type, string path, int periodSeconds, int timeoutSeconds, int failureThreshold) =>
        service.WithAnnotation(new EndpointProbeAnnotation
        {
            Type = type,
            EndpointReference = service.GetEndpoint("http"),
            Path = path,
            PeriodSeconds = periodSeconds,
            TimeoutSeconds = timeoutSeconds,
            FailureThreshold = failureThreshold,
            SuccessThreshold = 1,
        });
}
