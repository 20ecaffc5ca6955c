using Microsoft.Extensions.Hosting;
using RagAspire.Database;

namespace RagAspire.Maintenance.Backups;

/// <summary>Looks at the table of backups at intervals, for the metrics.</summary>
public sealed class BackupWatch(BackupStore store, DatabaseStartup database, BackupMetrics metrics, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.MigratedAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                metrics.Refreshed(await store.FiguresAsync(stoppingToken));
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex))
            {
                // The figures stay as they were; rag_component_up tells why.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
