using RagAspire.Embedded;

namespace RagAspire.AppHost;

internal static class Secrets
{
    /// <summary>The API key with which Alertmanager delivers alerts; it can do nothing else.</summary>
    public const string AlertsKey = "alerts-key";

    /// <summary>The bearer token with which Prometheus reads the metrics of API and worker.</summary>
    public const string MetricsToken = "metrics-token";

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
        this IDistributedApplicationBuilder builder, AppHostOptions options) =>
        builder.AddSecret("api-key", "API key with all scopes, for development.", () => builder.ReadApiKey(options));

    /// <summary>
    /// A secret that is generated once: kept in the data directory in development, in the user secrets of a deployment.
    /// </summary>
    public static IResourceBuilder<ParameterResource> AddKeptSecret(
        this IDistributedApplicationBuilder builder, AppHostOptions options, string name, string description) =>
        builder.AddSecret(name, description, () => ReadSecret(options, name));

    /// <summary>A secret of the data directory, generated when it is not there yet.</summary>
    public static string ReadSecret(AppHostOptions options, string name)
    {
        Directory.CreateDirectory(options.DataDirectory);
        return SecretFile.ReadOrCreate(Path.Combine(options.DataDirectory, name));
    }

    /// <summary>The API key for development: of the setting <c>Security:DevelopmentKey</c>, else of the data directory.</summary>
    public static string ReadApiKey(this IDistributedApplicationBuilder builder, AppHostOptions options) =>
        builder.Configuration["Security:DevelopmentKey"] is { Length: > 0 } chosen ? chosen : ReadSecret(options, "api-key");

    private static IResourceBuilder<ParameterResource> AddSecret(
        this IDistributedApplicationBuilder builder, string name, string description, Func<string> read) =>
        builder.ExecutionContext.IsPublishMode
            ? builder.AddPassword(name, description)
            : builder.AddParameter(name, read(), secret: true).WithDescription(description);
}
