using Microsoft.Extensions.Hosting;
using RagAspire.Database;

namespace RagAspire.Quality;

/// <summary>
/// Keeps the figures of the last evaluations from the table, whoever evaluated, so that they outlive every restart.
/// </summary>
public sealed class QualityMetricsSampler(GoldenSetStore golden, DatabaseStartup database, QualityMetrics metrics, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.MigratedAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                metrics.Evaluated(await golden.LatestAsync(stoppingToken));
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex))
            {
                // They stay as they were; rag_component_up tells why.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
