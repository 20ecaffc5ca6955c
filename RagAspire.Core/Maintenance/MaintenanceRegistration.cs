using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RagAspire.Maintenance.Runs;
using RagAspire.Maintenance.Scheduling;
using RagAspire.Maintenance.Tasks;
using RagAspire.Maintenance.Tasks.CleanUp;
using RagAspire.Maintenance.Tasks.Database;
using RagAspire.Maintenance.Tasks.Index;

namespace RagAspire.Maintenance;

/// <summary>Registers the schedule, the runs and the tasks.</summary>
public static class MaintenanceRegistration
{
    public static IServiceCollection AddMaintenance(this IServiceCollection services, IConfiguration configuration)
    {
        // Read here and not at first use, so that an invalid schedule fails the start.
        services.AddSingleton(new Schedule(configuration));
        services.AddValidatedOptions<RunOptions>(RunOptions.Section);
        services.AddValidatedOptions<GrafanaOptions>(GrafanaOptions.Section);
        services.AddHttpClient(nameof(GrafanaAnnotations));
        return services
            .AddSingleton<TaskRegistry>()
            .AddSingleton<MaintenanceMetrics>()
            .AddSingleton<StoredMetrics>()
            .AddSingleton<ScheduleStore>()
            .AddSingleton<RunStore>()
            .AddSingleton<GrafanaAnnotations>()
            .AddSingleton<RunTelemetry>()
            .AddSingleton<RunLocks>()
            .AddSingleton<MaintenanceRunner>()
            .AddSingleton<MaintenanceEnqueuer>()
            .AddSingleton<RunRecovery>()
            .AddSingleton<MissedRuns>()
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
        .AddSingleton<IndexReplica>()
        .AddSingleton<IndexOperations>()
        .AddSingleton<EmbeddingBacklog>()
        .AddSingleton<NextModel>()
        .AddSingleton<ReEmbeddingModels>()
        .AddSingleton<ReEmbeddingEstimate>()
        .AddHostedService<IndexReplicaService>()
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
            .AddSingleton<UnusedContainers>()
            .AddSingleton<CacheBudget>()
            .AddMaintenanceTask<CleanUpTask>();
    }

    /// <summary>Registers a task for the schedule, the API and the command line.</summary>
    public static IServiceCollection AddMaintenanceTask<T>(this IServiceCollection services)
        where T : class, IMaintenanceTask => services.AddSingleton<IMaintenanceTask, T>();
}
