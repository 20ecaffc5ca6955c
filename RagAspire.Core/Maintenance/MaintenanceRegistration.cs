using Microsoft.Extensions.DependencyInjection;

namespace RagAspire.Maintenance;

/// <summary>The system's upkeep.</summary>
public static class MaintenanceRegistration
{
    public static IServiceCollection AddMaintenance(this IServiceCollection services) => services;

    /// <summary>Makes a task known by its name to schedule, API and command line.</summary>
    public static IServiceCollection AddMaintenanceTask<T>(this IServiceCollection services)
        where T : class, IMaintenanceTask => services.AddSingleton<IMaintenanceTask, T>();
}
