using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using RagAspire.Database;

namespace RagAspire.Maintenance;

/// <summary>A figure as it was last computed.</summary>
/// <param name="Labels">Bounded ones only: they become labels of metrics.</param>
public sealed record StoredMetric(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>Figures that cost too much to compute whenever they are asked for. They outlive the process that computed them.</summary>
public sealed class StoredMetrics(NpgsqlDataSource dataSource, MaintenanceMetrics metrics)
{
    /// <summary>Replaces all figures of a name.</summary>
    public async Task ReplaceAsync(string name, IEnumerable<StoredMetric> figures, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.Command("delete from kept_figures where name = $1", name).ExecuteAsync(cancellationToken);
        foreach (var figure in figures)
        {
            await connection.Command(
                "insert into kept_figures (name, labels, value) values ($1, $2, $3)",
                name,
                new NpgsqlParameter { Value = JsonSerializer.Serialize(figure.Labels), NpgsqlDbType = NpgsqlDbType.Jsonb },
                figure.Value).ExecuteAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        await MeasureAsync(cancellationToken);
    }

    /// <summary>Brings the metrics up to what the database says.</summary>
    public async Task MeasureAsync(CancellationToken cancellationToken) => metrics.Figures(
        await dataSource.Command("select name, labels, value from kept_figures").ListAsync(
            row => new StoredMetric(
                row.GetString(0), JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(1))!, row.GetDouble(2)),
            cancellationToken));
}
