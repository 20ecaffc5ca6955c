using Microsoft.Extensions.DependencyInjection;
using RagAspire.Monitoring.Memory;

namespace RagAspire.Monitoring;

internal static class MonitoringRegistration
{
    public static IServiceCollection AddMonitoring(this IServiceCollection services)
    {
        services.AddHttpClient(nameof(PrometheusApi));
        return services
            .AddValidatedOptions<PrometheusOptions>(PrometheusOptions.Section)
            .AddSingleton<PrometheusApi>()
            .AddSingleton<AlertStore>()
            .AddMemorySampling()
            .AddSingleton<DatabaseHealthMetrics>()
            .AddComponentChecks();
    }
}
