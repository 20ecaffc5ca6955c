using RagAspire.Embedded;

namespace RagAspire.AppHost;

internal static class Secrets
{
    /// <summary>A password that is generated once and kept in the user secrets, because the data volumes keep the accounts.</summary>
    public static IResourceBuilder<ParameterResource> AddPassword(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddParameter(name, new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);

    /// <summary>
    /// The key with all scopes. For development it is generated once, kept in the data directory and printed; a deployment
    /// gets a parameter instead.
    /// </summary>
    public static IResourceBuilder<ParameterResource> AddApiKey(this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        const string name = "api-key";
        if (builder.ExecutionContext.IsPublishMode)
        {
            return builder.AddPassword(name);
        }

        var key = builder.ReadApiKey(options);
        return builder.AddParameter(name, key, secret: true);
    }

    /// <summary>The development key.</summary>
    public static string ReadApiKey(this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        Directory.CreateDirectory(options.DataDirectory);
        return builder.Configuration["Security:DevelopmentKey"] is { Length: > 0 } chosen
            ? chosen
            : SecretFile.ReadOrCreate(Path.Combine(options.DataDirectory, "api-key"));
    }
}
