using System.Text.Json;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Maintenance.Tasks;

/// <summary>One stored value of a metric.</summary>
/// <param name="Labels">A bounded set of values each, because they become labels of the series.</param>
public sealed record StoredMetric(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>Metrics that are too expensive to compute at every scrape. Tasks store them, and they survive restarts.</summary>
public sealed class StoredMetrics(NpgsqlDataSource dataSource, MaintenanceMetrics metrics)
{
    /// <summary>Replaces all values of a name.</summary>
    public async Task ReplaceAsync(string name, IEnumerable<StoredMetric> values, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.Command("delete from kept_figures where name = $1", name).ExecuteAsync(cancellationToken);
        foreach (var metric in values)
        {
            await connection.Command(
                "insert into kept_figures (name, labels, value) values ($1, $2, $3)",
                name,
                Commands.Jsonb(metric.Labels),
                metric.Value).ExecuteAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        await MeasureAsync(cancellationToken);
    }

    /// <summary>Updates the metrics from the database.</summary>
    public async Task MeasureAsync(CancellationToken cancellationToken) => metrics.Update(
        await dataSource.Command("select name, labels, value from kept_figures").ListAsync(
            row => new StoredMetric(
                row.GetString(0), JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(1))!, row.GetDouble(2)),
            cancellationToken));
}
