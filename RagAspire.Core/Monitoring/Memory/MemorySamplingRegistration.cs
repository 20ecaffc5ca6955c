using Microsoft.Extensions.DependencyInjection;

namespace RagAspire.Monitoring.Memory;

public static class MemorySamplingRegistration
{
    internal static IServiceCollection AddMemorySampling(this IServiceCollection services) => services
        .AddValidatedOptions<MemorySamplingOptions>(MemorySamplingOptions.Section)
        .AddSingleton<MemorySampleStore>()
        .AddSingleton<MemoryMetrics>()
        .AddSingleton<MemoryRecorder>()
        .AddSingleton<OwnMemory>()
        .AddSingleton<StoreMemory>()
        .AddHostedService<MemorySampler>();

    /// <summary>Samples the memory of the stores, too. One process of a deployment is enough.</summary>
    public static IServiceCollection AddStoreMemorySampling(this IServiceCollection services) =>
        services.AddHostedService<StoreMemorySampler>();
}
