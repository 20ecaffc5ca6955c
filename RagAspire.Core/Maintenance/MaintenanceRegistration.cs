using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RagAspire.Maintenance.Backups;
using RagAspire.Maintenance.Tasks;

namespace RagAspire.Maintenance;

/// <summary>The system's upkeep.</summary>
public static class MaintenanceRegistration
{
    public static IServiceCollection AddMaintenance(this IServiceCollection services, IConfiguration configuration)
    {
        // Read now and not when it is first used: what is wrong with it is an error of the start.
        services.AddSingleton(new Schedule(configuration));
        services.AddOptions<MaintenanceOptions>().BindConfiguration(Schedule.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<GrafanaOptions>().BindConfiguration(GrafanaOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddHttpClient(nameof(GrafanaAnnotations));
        return services
            .AddSingleton<TaskCatalogue>()
            .AddSingleton<MaintenanceSchedules>()
            .AddSingleton<MaintenanceRuns>()
            .AddSingleton<RunOutcomes>()
            .AddSingleton<GrafanaAnnotations>()
            .AddSingleton<RunTelemetry>()
            .AddSingleton<MaintenanceRunner>()
            .AddSingleton<MaintenanceTrigger>()
            .AddSingleton<RunKeeperServices>()
            .AddSingleton<RunKeeper>()
            .AddTransient<MaintenanceJob>()
            .AddTasks()
            .AddBackups();
    }

    private static IServiceCollection AddTasks(this IServiceCollection services) => services
        .AddMaintenanceTask<HealthCheck>()
        .AddMaintenanceTask<RetrievalEvaluation>();

    /// <summary>Makes a task known by its name to schedule, API and command line.</summary>
    public static IServiceCollection AddMaintenanceTask<T>(this IServiceCollection services)
        where T : class, IMaintenanceTask => services.AddSingleton<IMaintenanceTask, T>();
}
