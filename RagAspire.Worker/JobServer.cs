using Hangfire;
using Hangfire.Common;
using Microsoft.Extensions.Options;
using RagAspire.Backups;
using RagAspire.Database;
using RagAspire.Ingestion;
using RagAspire.Jobs;
using RagAspire.Maintenance.Runs;
using RagAspire.Sync;
using RagAspire.Webhooks;

namespace RagAspire.Worker;

/// <summary>Runs Hangfire's server as soon as the database is migrated.</summary>
public sealed class JobServer(
    IServiceProvider services, DatabaseStartup database, IOptions<JobOptions> options) : BackgroundService
{
    /// <summary>Hangfire's storage, as soon as its schema exists.</summary>
    public async Task<JobStorage> StorageAsync(CancellationToken cancellationToken)
    {
        await database.MigratedAsync(cancellationToken);
        return services.GetRequiredService<JobStorage>();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var storage = await StorageAsync(stoppingToken);
        using var server = new BackgroundJobServer(Options(), storage);
        try
        {
            await Task.Delay(Timeout.Infinite, stoppingToken);
        }
        finally
        {
            await StopAsync(server);
        }
    }

    private BackgroundJobServerOptions Options() => new()
    {
        Queues = [MaintenanceJob.Queue, IngestDocumentJob.Queue],
        WorkerCount = options.Value.MaintenanceWorkers,
        Activator = services.GetRequiredService<JobActivator>(),
        FilterProvider = services.GetRequiredService<IJobFilterProvider>(),
        ShutdownTimeout = Shutdown,
        SchedulePollingInterval = TimeSpan.FromSeconds(2),
        HeartbeatInterval = TimeSpan.FromSeconds(10),
        ServerTimeout = TimeSpan.FromMinutes(1),
        ServerCheckInterval = TimeSpan.FromSeconds(30),
    };

    private TimeSpan Shutdown => options.Value.Shutdown;

    private async Task StopAsync(BackgroundJobServer server)
    {
        server.SendStop();
        await server.WaitForShutdownAsync(CancellationToken.None).WaitAsync(Shutdown, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

internal static class JobServerRegistration
{
    public static IServiceCollection AddJobServer(this IServiceCollection services)
    {
        services.AddSingleton<IJobFilterProvider>(provider => new JobFilterProviderCollection(
            new Filters(provider), new JobFilterAttributeFilterProvider()));
        services.AddSingleton<JobServer>();
        services.AddHostedService(provider => provider.GetRequiredService<JobServer>());
        services.AddHostedService<IngestionRecovery>();
        services.AddHostedService<RecurringRuns>();
        services.AddHostedService<RunRecoveryService>();
        services.AddHostedService<MaintenanceMetricsSampler>();
        services.AddHostedService<SandboxReport>();
        services.AddHostedService<BackupMetricsSampler>();
        services.AddHostedService<SourceScheduler>();
        services.AddWebhookDelivery();
        return services.AddHostedService<DatabaseHealthSampler>();
    }

    /// <summary>The filter of every job: retries.</summary>
    private sealed class Filters(IServiceProvider services) : IJobFilterProvider
    {
        private readonly JobFilter[] _filters = Create(services);

        public IEnumerable<JobFilter> GetFilters(Job job) => _filters;

        private static JobFilter[] Create(IServiceProvider services)
        {
            var options = services.GetRequiredService<IOptions<JobOptions>>().Value;
            object[] filters =
            [
                new AutomaticRetryAttribute
                {
                    Attempts = options.Retries,
                    DelaysInSeconds = [(int)options.RetryDelay.TotalSeconds],
                    OnAttemptsExceeded = AttemptsExceededAction.Fail,
                },
            ];
            return [.. filters.Select(filter => new JobFilter(filter, JobFilterScope.Global, null))];
        }
    }
}
