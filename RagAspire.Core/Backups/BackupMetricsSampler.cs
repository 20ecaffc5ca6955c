using Microsoft.Extensions.Logging;
using RagAspire.Database;
using RagAspire.Maintenance;

namespace RagAspire.Backups;

/// <summary>Refreshes the metrics of backups, and cleans up after backups whose process was killed.</summary>
public sealed partial class BackupMetricsSampler(
    BackupStore store,
    BackupService backups,
    BackupMetrics metrics,
    DatabaseStartup database,
    TimeProvider time,
    ILogger<BackupMetricsSampler> logger)
    : PollingService(database, time)
{
    protected override TimeSpan Interval => TimeSpan.FromSeconds(15);

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        metrics.Update(await store.SummaryAsync(cancellationToken));
        await backups.CleanUpInterruptedAsync(cancellationToken);
    }

    protected override bool IsTemporary(Exception exception) =>
        exception is MaintenanceException or IOException or UnauthorizedAccessException || base.IsTemporary(exception);

    protected override void Skipped(Exception exception) => Log.Skipped(logger, exception.Message);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Metrics and clean-up of backups were skipped this time: {Reason}")]
        public static partial void Skipped(ILogger logger, string reason);
    }
}
