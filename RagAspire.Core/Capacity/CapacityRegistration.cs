using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RagAspire.Capacity.History;
using RagAspire.Capacity.Recommendations;

namespace RagAspire.Capacity;

internal static class CapacityRegistration
{
    public static IServiceCollection AddCapacity(this IServiceCollection services) => services
        .AddValidatedOptions<CapacityOptions>(CapacityOptions.Section)
        .AddSingleton<PrometheusHistory>()
        .AddSingleton<DatabaseHistory>()
        .AddSingleton<CostLimit>()
        .AddSingleton<HistoryReader>()
        .AddSingleton<ResourceRequests>()
        .AddSingleton<LoadModelFile>()
        .AddSingleton(provider => new CapacityPlanner(
            provider.GetRequiredService<HistoryReader>(),
            provider.GetRequiredService<ResourceRequests>(),
            provider.GetRequiredService<LoadModelFile>(),
            provider.GetRequiredService<IOptions<CapacityOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
}
