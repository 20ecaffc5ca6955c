namespace RagAspire.AppHost.Publishing;

/// <summary>For what a deployment is published: the setting <c>Deployment:Target</c>.</summary>
internal enum DeploymentTarget
{
    /// <summary>Not chosen: the manifest says what there is, and the tool that reads it decides.</summary>
    Manifest,

    Compose,

    Kubernetes,

    /// <summary>Azure Container Apps.</summary>
    Azure,
}

internal static class DeploymentTargetExtensions
{
    private const string Name = "Deployment:Target";

    public static DeploymentTarget ChosenTarget(this IDistributedApplicationBuilder builder) =>
        builder.Configuration[Name] switch
        {
            null or "" => DeploymentTarget.Manifest,
            "compose" => DeploymentTarget.Compose,
            "kubernetes" => DeploymentTarget.Kubernetes,
            "azure" => DeploymentTarget.Azure,
            var other => throw new AppHostException($"{Name} is compose, kubernetes or azure, not {other}."),
        };

    /// <summary>Adds the environment of the target, after all resources that it is to have.</summary>
    public static void AddDeploymentTarget(this IDistributedApplicationBuilder builder)
    {
        if (!builder.ExecutionContext.IsPublishMode)
        {
            return;
        }

        switch (builder.ChosenTarget())
        {
            case DeploymentTarget.Compose:
                builder.AddCompose();
                break;
            case DeploymentTarget.Kubernetes:
                builder.AddKubernetes();
                break;
            case DeploymentTarget.Azure:
                builder.AddAzure();
                break;
        }
    }
}
