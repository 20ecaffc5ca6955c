using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RagAspire.Database;
using RagAspire.Maintenance;

namespace RagAspire.Backups;

/// <summary>Looks at the table of backups at intervals: for the metrics, and for backups whose process was killed.</summary>
public sealed partial class BackupMetricsSampler(
    BackupStore store, BackupService backups, DatabaseStartup database, BackupMetrics metrics, ILogger<BackupMetricsSampler> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.MigratedAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval);
        do
        {
            try
            {
                metrics.Refreshed(await store.FiguresAsync(stoppingToken));
                await backups.HealAsync(stoppingToken);
            }
            catch (Exception ex) when (ex is MaintenanceException or IOException or UnauthorizedAccessException || Unavailability.IsUnavailable(ex))
            {
                // The figures stay as they were.
                Log.Postponed(logger, ex.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Backups cannot be looked at now: {Reason}")]
        public static partial void Postponed(ILogger logger, string reason);
    }
}
