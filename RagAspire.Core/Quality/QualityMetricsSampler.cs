using RagAspire.Database;

namespace RagAspire.Quality;

/// <summary>
/// Exports the newest evaluations from the table, so that the metrics survive a restart of the evaluating process.
/// </summary>
public sealed class QualityMetricsSampler(
    GoldenSetStore golden, DatabaseStartup database, QualityMetrics metrics, TimeProvider time)
    : PollingService(database, time)
{
    protected override TimeSpan Interval => TimeSpan.FromSeconds(10);

    protected override async Task PollAsync(CancellationToken cancellationToken) =>
        metrics.Evaluated(await golden.LatestAsync(cancellationToken));
}
