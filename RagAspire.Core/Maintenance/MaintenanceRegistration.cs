using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RagAspire.Maintenance.Runs;
using RagAspire.Maintenance.Scheduling;
using RagAspire.Maintenance.Tasks;
using RagAspire.Maintenance.Tasks.CleanUp;
using RagAspire.Maintenance.Tasks.Database;
using RagAspire.Maintenance.Tasks.Index;

namespace RagAspire.Maintenance;

/// <summary>The system's upkeep.</summary>
public static class MaintenanceRegistration
{
    public static IServiceCollection AddMaintenance(this IServiceCollection services, IConfiguration configuration)
    {
        // Read now and not when it is first used: what is wrong with it is an error of the start.
        services.AddSingleton(new Schedule(configuration));
        services.AddValidatedOptions<MaintenanceOptions>(Schedule.Section);
        services.AddValidatedOptions<GrafanaOptions>(GrafanaOptions.Section);
        services.AddHttpClient(nameof(GrafanaAnnotations));
        return services
            .AddSingleton<TaskRegistry>()
            .AddSingleton<MaintenanceMetrics>()
            .AddSingleton<StoredMetrics>()
            .AddSingleton<ScheduleStore>()
            .AddSingleton<RunStore>()
            .AddSingleton<RunOutcomes>()
            .AddSingleton<GrafanaAnnotations>()
            .AddSingleton<RunTelemetry>()
            .AddSingleton<MaintenanceRunner>()
            .AddSingleton<MaintenanceEnqueuer>()
            .AddSingleton<RunRecoveryServices>()
            .AddSingleton<RunRecovery>()
            .AddTransient<MaintenanceJob>()
            .AddTasks();
    }

    private static IServiceCollection AddTasks(this IServiceCollection services)
    {
        services.AddValidatedOptions<CertificateOptions>(CertificateOptions.Section);
        return services
            .AddDatabaseTasks()
            .AddIndexTasks()
            .AddCleanUp()
            .AddMaintenanceTask<MonthlyReport>()
            .AddMaintenanceTask<Certificates>()
            .AddMaintenanceTask<MetricsRefresh>()
            .AddMaintenanceTask<RetrievalEvaluation>()
            .AddMaintenanceTask<HealthCheck>();
    }

    private static IServiceCollection AddDatabaseTasks(this IServiceCollection services)
    {
        services.AddValidatedOptions<DatabaseOptions>(DatabaseOptions.Section);
        return services
            .AddSingleton<DatabaseSteps>()
            .AddMaintenanceTask<DatabaseDaily>()
            .AddMaintenanceTask<DatabaseWeekly>();
    }

    private static IServiceCollection AddIndexTasks(this IServiceCollection services) => services
        .AddSingleton<Reconciler>()
        .AddSingleton<ReplicaCommands>()
        .AddSingleton<IndexReplicaState>()
        .AddSingleton<IndexOperations>()
        .AddSingleton<EmbeddingBacklog>()
        .AddSingleton<ReEmbeddingModels>()
        .AddHostedService<IndexReplica>()
        .AddMaintenanceTask<IndexReconciliation>()
        .AddMaintenanceTask<IndexRebuild>()
        .AddMaintenanceTask<IndexOptimization>()
        .AddMaintenanceTask<ReEmbedding>();

    private static IServiceCollection AddCleanUp(this IServiceCollection services)
    {
        services.AddValidatedOptions<CleanUpOptions>(CleanUpOptions.Section);
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
