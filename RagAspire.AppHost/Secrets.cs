using RagAspire.Embedded;

namespace RagAspire.AppHost;

internal static class Secrets
{
    /// <summary>
    /// A password that is generated once and kept in the user secrets, because a data volume keeps the password of its
    /// first start.
    /// </summary>
    public static IResourceBuilder<ParameterResource> AddPassword(
        this IDistributedApplicationBuilder builder, string name, string description) =>
        builder.AddParameter(name, new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true)
            .WithDescription(description);

    /// <summary>
    /// The API key with all scopes. In development it is generated once, kept in the data directory and printed; a
    /// deployment has its own.
    /// </summary>
    public static IResourceBuilder<ParameterResource> AddApiKey(
        this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        const string name = "api-key";
        const string description = "API key with all scopes, for development.";
        return builder.ExecutionContext.IsPublishMode
            ? builder.AddPassword(name, description)
            : builder.AddParameter(name, builder.ReadApiKey(options), secret: true).WithDescription(description);
    }

    /// <summary>The API key for development: of the setting <c>Security:DevelopmentKey</c>, else of the data directory.</summary>
    public static string ReadApiKey(this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        Directory.CreateDirectory(options.DataDirectory);
        return builder.Configuration["Security:DevelopmentKey"] is { Length: > 0 } chosen
            ? chosen
            : SecretFile.ReadOrCreate(Path.Combine(options.DataDirectory, "api-key"));
    }
}
