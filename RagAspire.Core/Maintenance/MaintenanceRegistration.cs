using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RagAspire.Maintenance.Backups;
using RagAspire.Maintenance.Tasks;
using RagAspire.Maintenance.Tasks.CleanUp;
using RagAspire.Maintenance.Tasks.Database;
using RagAspire.Maintenance.Tasks.Index;
using RagAspire.Maintenance.Tasks.Monthly;

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
            .AddSingleton<UpkeepMetrics>()
            .AddSingleton<KeptFigures>()
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

    private static IServiceCollection AddTasks(this IServiceCollection services)
    {
        services.AddOptions<CertificateOptions>().BindConfiguration(CertificateOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services
            .AddDatabaseUpkeep()
            .AddIndexUpkeep()
            .AddCleanUp()
            .AddMaintenanceTask<MonthlyReport>()
            .AddMaintenanceTask<Certificates>()
            .AddMaintenanceTask<MetricsRefresh>()
            .AddMaintenanceTask<RetrievalEvaluation>()
            .AddMaintenanceTask<HealthCheck>();
    }

    private static IServiceCollection AddDatabaseUpkeep(this IServiceCollection services)
    {
        services.AddOptions<DatabaseOptions>().BindConfiguration(DatabaseOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services
            .AddSingleton<DatabaseSteps>()
            .AddMaintenanceTask<DatabaseDaily>()
            .AddMaintenanceTask<DatabaseWeekly>();
    }

    private static IServiceCollection AddIndexUpkeep(this IServiceCollection services) => services
        .AddSingleton<Reconciler>()
        .AddSingleton<IndexOrders>()
        .AddSingleton<IndexReplicaState>()
        .AddSingleton<IndexUpkeep>()
        .AddSingleton<EmbeddingBacklog>()
        .AddSingleton<ReEmbeddingModels>()
        .AddHostedService<IndexReplica>()
        .AddMaintenanceTask<IndexReconciliation>()
        .AddMaintenanceTask<IndexRebuild>()
        .AddMaintenanceTask<IndexOptimization>()
        .AddMaintenanceTask<ReEmbedding>();

    private static IServiceCollection AddCleanUp(this IServiceCollection services)
    {
        services.AddOptions<CleanUpOptions>().BindConfiguration(CleanUpOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services
            .AddSingleton<OldFiles>()
            .AddSingleton<OldRecords>()
            .AddSingleton<CacheBudget>()
            .AddSingleton<UnusedContainers>()
            .AddMaintenanceTask<CleanUpTask>();
    }

    /// <summary>Makes a task known by its name to schedule, API and command line.</summary>
    public static IServiceCollection AddMaintenanceTask<T>(this IServiceCollection services)
        where T : class, IMaintenanceTask => services.AddSingleton<IMaintenanceTask, T>();
}
