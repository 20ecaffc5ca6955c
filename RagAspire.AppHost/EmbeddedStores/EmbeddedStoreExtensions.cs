using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RagAspire.Embedded;
using RagAspire.Embedded.Postgres;
using RagAspire.Embedded.Redis;

namespace RagAspire.AppHost.EmbeddedStores;

internal static class EmbeddedStoreExtensions
{
    /// <summary>
    /// PostgreSQL and Garnet as resources with state, health, log and commands; a store that a connection string names is
    /// shown as that connection string instead.
    /// </summary>
    public static (IResourceBuilder<IResourceWithConnectionString> Database, IResourceBuilder<IResourceWithConnectionString> Cache)
        AddEmbeddedStores(this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<EmbeddedStoreService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<EmbeddedStoreService>());
        return (
            builder.FindExternal("ragdb")?.WithPostgresHealthCheck(() => builder.Configuration.GetConnectionString("ragdb")!)
                ?? builder.AddEmbeddedPostgres(options),
            builder.FindExternal("cache")?.WithRedisHealthCheck(() => builder.Configuration.GetConnectionString("cache")!)
                ?? builder.AddEmbeddedRedis(options));
    }

    /// <summary>A server that a connection string of the configuration names, or null.</summary>
    public static IResourceBuilder<IResourceWithConnectionString>? FindExternal(this IDistributedApplicationBuilder builder, string name) =>
        builder.Configuration.GetConnectionString(name) is { Length: > 0 } connectionString
            ? builder.AddConnectionString(name, ReferenceExpression.Create($"{connectionString}"))
            : null;

    private static IResourceBuilder<IResourceWithConnectionString> AddEmbeddedPostgres(
        this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        var server = builder.AddResource(new EmbeddedPostgresResource(
                "postgres", new PostgresOptions { DataDirectory = options.DataDirectory, Port = options.PostgresPort }))
            .WithStoreDefaults("PostgreSQL", "Database");
        return builder.AddResource(new EmbeddedDatabaseResource("ragdb", server.Resource))
            .WithInitialState(InitialState("PostgreSQL database"))
            .WithIconName("Database")
            .WithPostgresHealthCheck(() => server.Resource.ConnectionString);
    }

    private static IResourceBuilder<IResourceWithConnectionString> AddEmbeddedRedis(
        this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        Directory.CreateDirectory(options.DataDirectory);
        var redis = new EmbeddedRedisResource("cache", new RedisOptions
        {
            DataDirectory = options.DataDirectory,
            Port = options.RedisPort,
            // Every account of the machine can reach loopback.
            Password = SecretFile.ReadOrCreate(Path.Combine(options.DataDirectory, "redis-password")),
        });
        return builder.AddResource(redis).WithStoreDefaults("Garnet", "DatabaseLightning").WithRedisHealthCheck(() => redis.ConnectionString);
    }

    private static IResourceBuilder<T> WithStoreDefaults<T>(this IResourceBuilder<T> store, string type, string icon)
        where T : EmbeddedStoreResource => store
        .WithInitialState(InitialState(type))
        .WithIconName(icon)
        .WithStoreCommands()
        .OnInitializeResource((resource, initialize, _) =>
        {
            initialize.Services.GetRequiredService<EmbeddedStoreService>()[resource].Initialized();
            return Task.CompletedTask;
        });

    private static CustomResourceSnapshot InitialState(string type) => new()
    {
        ResourceType = type,
        Properties = [],
        State = KnownResourceStates.NotStarted,
    };

    // Checked only while the resource runs, when the connection string of an embedded store is known.
    private static IResourceBuilder<T> WithPostgresHealthCheck<T>(this IResourceBuilder<T> database, Func<string> connectionString)
        where T : IResourceWithConnectionString
    {
        database.ApplicationBuilder.Services.AddHealthChecks().AddNpgSql(_ => connectionString(), name: database.Resource.Name);
        return database.WithHealthCheck(database.Resource.Name);
    }

    private static IResourceBuilder<T> WithRedisHealthCheck<T>(this IResourceBuilder<T> cache, Func<string> connectionString)
        where T : IResourceWithConnectionString
    {
        cache.ApplicationBuilder.Services.AddHealthChecks().AddRedis(_ => connectionString(), name: cache.Resource.Name);
        return cache.WithHealthCheck(cache.Resource.Name);
    }
}
