using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RagAspire.AppHost.Models;
using RagAspire.AppHost.Monitoring;
using RagAspire.Embedded;
using RagAspire.Embedded.Processes;

namespace RagAspire.AppHost;

/// <summary>Keeps the stores running as long as this process, and stops them after the services that use them.</summary>
internal sealed class EmbeddedStores(LocalStores stores, Guard guard) : BackgroundService, IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        Dispose();
        await stores.DisposeAsync();
        guard.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        stores.KeepRunningAsync(ConsoleOutput.Standard(), stoppingToken);
}

internal static class EmbeddedStoresExtensions
{
    private static readonly Uri OllamaEndpoint = new("http://localhost:11434");

    /// <summary>Starts what no connection string names a server for, looks for models, and shows it all as resources.</summary>
    /// <exception cref="EmbeddedStoreException">A store does not start; the message says what to do.</exception>
    public static async Task<Stores> AddEmbeddedStoresAsync(this IDistributedApplicationBuilder builder, LocalOptions options)
    {
        Directory.CreateDirectory(options.DataDirectory);
        var models = await builder.FindModelsAsync(OllamaEndpoint, options, default);
        var stores = await LocalStores.StartAsync(options, default);
        var guard = Guard.Start(Programs.DotNet, [Programs.Ourselves], options.DataDirectory);

        // By a factory, because the container disposes only of what it made itself; that is after all has stopped, and
        // the orchestrator counts as stopped when the services have.
        builder.Services.AddHostedService(_ => new EmbeddedStores(stores, guard));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMinutes(1));
        builder.Configuration["DcpPublisher:WaitForResourceCleanup"] = "true";

        var dashboard = options.Dashboard
            ? $"{builder.Configuration["ASPNETCORE_URLS"]}/login?t={builder.Configuration["AppHost:BrowserToken"]}" : null;
        builder.Services.AddSingleton(new StartUpTable(options, stores, models, dashboard, builder.ReadApiKey(options)));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddHostedService<Caretaker>();
        builder.Services.AddHealthChecks().AddNpgSql(stores.Database, name: "ragdb").AddRedis(stores.Cache, name: "cache");
        var resources = new Stores(
            builder.AddServer("ragdb", stores.Database).WithHealthCheck("ragdb"),
            builder.AddServer("cache", stores.Cache).WithHealthCheck("cache"),
            builder.Named("vectors") is { } vectors ? builder.AddServer("vectors", vectors) : null,
            builder.AddExternalModel("chat", ModelParameter.Chat, models.Chat),
            builder.AddExternalModel("embeddings", ModelParameter.Embedding, models.Embeddings));
        builder.AddInstalledMonitoring(options, resources);
        return resources;
    }

    private static string? Named(this IDistributedApplicationBuilder builder, string name) =>
        builder.Configuration.GetConnectionString(name) is { Length: > 0 } connectionString ? connectionString : null;

    private static IResourceBuilder<IResourceWithConnectionString> AddServer(
        this IDistributedApplicationBuilder builder, string name, string connectionString) =>
        builder.AddConnectionString(name, ReferenceExpression.Create($"{connectionString}"));
}
