using Microsoft.Extensions.DependencyInjection;

namespace RagAspire.Monitoring;

internal static class MonitoringRegistration
{
    public static IServiceCollection AddMonitoring(this IServiceCollection services) => services
        .AddSingleton<AlertStore>()
        .AddComponentChecks();
}
