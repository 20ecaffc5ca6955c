namespace RagAspire.AppHost.Publishing;

/// <summary>Where images are made from.</summary>
internal static class PublishedImages
{
    /// <summary>The root of the repository, of which <c>.dockerignore</c> leaves the folders that images need.</summary>
    public static string Repository(IDistributedApplicationBuilder builder) =>
        Path.GetFullPath(Path.Combine(builder.AppHostDirectory, ".."));

    /// <summary>Relative to the root.</summary>
    public static string Dockerfile(string name) => $"deploy/images/{name}.Dockerfile";
}
