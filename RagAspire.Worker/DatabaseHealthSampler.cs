using Npgsql;
using RagAspire.Database;
using RagAspire.Monitoring;

namespace RagAspire.Worker;

/// <summary>Updates the metrics of the database's health.</summary>
public sealed class DatabaseHealthSampler(
    NpgsqlDataSource dataSource, DatabaseHealthMetrics metrics, DatabaseStartup database, TimeProvider time)
    : PollingService(database, time)
{
    protected override TimeSpan Interval => TimeSpan.FromSeconds(10);

    protected override async Task PollAsync(CancellationToken cancellationToken) =>
        metrics.Update(await DatabaseHealth.ReadAsync(dataSource, cancellationToken));

    protected override void Skipped(Exception exception) => metrics.Update(null);
}
