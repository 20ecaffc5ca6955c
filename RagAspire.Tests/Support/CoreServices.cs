using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RagAspire.Database;

namespace RagAspire.Tests.Support;

/// <summary>The core's own services over a fresh, migrated database, without anything running in the background.</summary>
public sealed class CoreServices : IAsyncDisposable
{
    private readonly IHost _host;

    private CoreServices(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    /// <param name="database">Null for a fresh one.</param>
    /// <param name="configure">Replaces services of the core.</param>
    public static async Task<CoreServices> CreateAsync(
        Stores stores, string? database = null,
        IReadOnlyDictionary<string, string?>? settings = null,
        Action<IServiceCollection>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:ragdb"] = database ?? await stores.CreateMigratedAsync(),
            ["ConnectionStrings:cache"] = stores.Redis,
            ["Embeddings:QueryTimeout"] = "00:00:10", // A stub on a busy machine is no model that hangs.
        });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        builder.AddRagClients();
        builder.AddRagCore();
        configure?.Invoke(builder.Services);
        var core = new CoreServices(builder.Build());
        await core.Get<Migrator>().MigrateAsync(TestContext.Current.CancellationToken);
        return core;
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }
}
