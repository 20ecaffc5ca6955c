using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RagAspire.Maintenance;

namespace RagAspire.Sync;

public static class SyncRegistration
{
    /// <summary>Sources and their task, and their options (section <c>Sync</c>).</summary>
    public static IServiceCollection AddSync(this IServiceCollection services)
    {
        services.AddValidatedOptions<SyncOptions>(SyncOptions.Section);
        services.AddOptions<SyncOptions>().Configure<IConfiguration>((options, configuration) =>
            NamedSettings.Bind<SyncOptions, SourceOptions>(
                configuration.GetSection($"{SyncOptions.Section}:{nameof(SyncOptions.Sources)}"), options.Sources));
        return services
            .AddSingleton<SourceFactory>()
            .AddSingleton<SourceStore>()
            .AddSingleton<SyncMetrics>()
            .AddSingleton<FileSync>()
            .AddSingleton<SourceSync>()
            .AddSingleton<DueSources>()
            .AddMaintenanceTask<SyncTask>();
    }
}
