namespace RagAspire.AppHost.Publishing;

/// <summary>Stands in for the publishers where the registry does not serve their packages.</summary>
internal static class NoPublishers
{
    public static void AddCompose(this IDistributedApplicationBuilder builder) => throw Missing("Aspire.Hosting.Docker");

    public static void AddKubernetes(this IDistributedApplicationBuilder builder) => throw Missing("Aspire.Hosting.Kubernetes");

    public static void AddAzure(this IDistributedApplicationBuilder builder) => throw Missing("Aspire.Hosting.Azure.AppContainers");

    private static AppHostException Missing(string package) => new(
        $"The package {package} was not served when this was restored, so only the manifest can be published. deploy/ has files for "
        + "Compose, Kubernetes and Swarm that need no publisher.");
}
