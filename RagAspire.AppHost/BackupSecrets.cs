using Microsoft.Extensions.Configuration;
using RagAspire.AppHost.EmbeddedStores;
using RagAspire.Embedded.Postgres;

namespace RagAspire.AppHost;

internal static class BackupSecrets
{
    private const string Name = "backup-signing-key";

    private static readonly string[] KeySettings = ["SigningKey", "SigningKeyFile", "SigningPrivateKey", "SigningPrivateKeyFile"];

    /// <summary>
    /// The key that signs backups, and the login as which they are restored. Only the worker gets them. In development the key is
    /// generated once and kept in the data directory, and its path is passed; a deployment has a secret parameter.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithBackupSecrets(
        this IResourceBuilder<ProjectResource> worker, AppHostOptions options, Stores stores)
    {
        var builder = worker.ApplicationBuilder;
        if (builder.ExecutionContext.IsPublishMode)
        {
            return worker.WithRestoreRole(stores.Postgres).WithEnvironment(
                "Backups__SigningKey", builder.AddPassword(Name, "Signs backups; also needed to restore them elsewhere."));
        }

        if (!HasKey(builder.Configuration.GetSection("Backups")))
        {
            Secrets.ReadSecret(options, Name);
            worker.WithEnvironment("Backups__SigningKeyFile", Path.Combine(options.DataDirectory, Name));
        }

        return stores.Database.Resource is not EmbeddedDatabaseResource ? worker.WithRestoreRole(stores.Postgres) : worker
            .WithEnvironment("Backups__RestoreRole", EmbeddedPostgres.RestoreRole)
            .WithEnvironment("Backups__RestorePasswordFile", EmbeddedPostgres.RestorePasswordFile(options.DataDirectory));
    }

    /// <summary>Whether the worker has a key, or public keys, by its own settings.</summary>
    private static bool HasKey(IConfigurationSection settings) =>
        KeySettings.Any(name => !string.IsNullOrEmpty(settings[name])) || settings.GetSection("TrustedPublicKeys").GetChildren().Any();

    private static IResourceBuilder<ProjectResource> WithRestoreRole(
        this IResourceBuilder<ProjectResource> worker, ContainerPostgres? postgres) => postgres is null ? worker : worker
            .WithEnvironment("Backups__RestoreRole", EmbeddedPostgres.RestoreRole)
            .WithEnvironment("Backups__RestorePassword", postgres.RestorePassword);
}
