using Microsoft.Extensions.Hosting;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Ingestion;

/// <summary>Looks at the line of waiting documents at intervals, for the metrics. In every process: a dead worker cannot.</summary>
public sealed class IngestionMetricsSampler(NpgsqlDataSource dataSource, DatabaseStartup database, IngestionMetrics metrics, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.MigratedAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                metrics.Queue((await dataSource.Command("""
                    select count(*), coalesce(extract(epoch from now() - min(c.created_at)), 0)::float8
                    from documents d join document_contents c on c.document_id = d.id and c.version = d.version
                    where d.status in ('pending', 'processing')
                    """).FirstAsync(row => new QueueFigures(row.GetInt64(0), row.GetDouble(1)), stoppingToken))!);
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex))
            {
                // The figures stay as they were; rag_component_up tells why.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
