using RagAspire.AppHost.Monitoring;
using RagAspire.AppHost.Publishing;

namespace RagAspire.AppHost;

internal static class WebApp
{
    /// <summary>Where the ingress of a deployment is, whose addresses are not known here.</summary>
    private const string PrivateNetworks = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10";

    /// <summary>
    /// The web app for people. It starts when the API is ready, so that it takes no time from the start of the services, and
    /// knows nothing but the API.
    /// </summary>
    public static void AddWebApp(
        this IDistributedApplicationBuilder builder,
        AppHostOptions options,
        IResourceBuilder<ProjectResource> api,
        IResourceBuilder<ParameterResource> metricsToken,
        IResourceBuilder<ContainerResource>? prometheus)
    {
        if (!options.Web)
        {
            return;
        }

        var web = builder.AddProject<Projects.RagAspire_Web>("web", launchProfileName: null)
            .WithAddress(options.WebPort)
            .WithHttpHealthCheck("/ready")
            .WithReference(api)
            .WaitFor(api)
            .WithEnvironment("Metrics__Token", metricsToken)
            .WithMetricsTo(prometheus)
            .WithEnvironment("Web__Secret", builder.AddKeptSecret(
                options, "web-secret", "Encrypts the cookies of the web app's sessions."))
            .WithIssuerClient()
            .WithExternalHttpEndpoints()
            .WithIconName("ChatSparkle")
            .WithPage("http", "/", "Web app")
            .WithExtraPage("http", "/documents", "Documents")
            .WithExtraPage("http", "/operations", "Operations");
        if (builder.ExecutionContext.IsPublishMode)
        {
            // Pages that are alive belong to one replica; more need an ingress whose sessions are sticky.
            web.AsPublished(replicas: 1, reservedCpus: 1).WithEnvironment("Proxies__Networks", PrivateNetworks);
        }

        api.WithLinksTo(web, options);
    }

    /// <summary>For links to cited pages: where people find the web app.</summary>
    private static void WithLinksTo(
        this IResourceBuilder<ProjectResource> api, IResourceBuilder<ProjectResource> web, AppHostOptions options)
    {
        const string name = "OpenAi__WebAddress";
        if (api.ApplicationBuilder.ExecutionContext.IsRunMode)
        {
            api.WithEnvironment(name, FormattableString.Invariant($"http://localhost:{options.WebPort}"));
        }
        else if (api.ApplicationBuilder.ChosenTarget() is DeploymentTarget.Manifest or DeploymentTarget.Azure)
        {
            // With Compose and Kubernetes the endpoint is one of the inner network, and only the ingress knows the public one.
            api.WithEnvironment(name, web.GetEndpoint("http"));
        }
    }
}
