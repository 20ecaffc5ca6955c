using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Monitoring;

[JsonConverter(typeof(EnumWordConverter<AlertStatus>))]
public enum AlertStatus
{
    Firing,
    Resolved,
}

/// <summary>The state of an alert in a notification of Alertmanager.</summary>
/// <param name="Fingerprint">Of its labels; identifies the alert together with <paramref name="StartsAt"/>.</param>
/// <param name="EndsAt">Null while it is firing.</param>
public sealed record AlertUpdate(
    string Fingerprint,
    DateTimeOffset StartsAt,
    DateTimeOffset? EndsAt,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations,
    string? GeneratorUrl);

/// <summary>A stored alert.</summary>
/// <param name="ReceivedAt">The time of its first notification.</param>
public sealed record AlertRecord(
    long Id,
    string Fingerprint,
    AlertStatus Status,
    string Name,
    string? Severity,
    DateTimeOffset StartsAt,
    DateTimeOffset? EndsAt,
    JsonElement Labels,
    JsonElement Annotations,
    string? GeneratorUrl,
    DateTimeOffset ReceivedAt,
    DateTimeOffset UpdatedAt);

/// <summary>The history of alerts, one row for each.</summary>
public sealed class AlertStore(NpgsqlDataSource dataSource)
{
    /// <summary>Stores all alerts of a notification in one transaction. It is idempotent.</summary>
    public async Task ReceiveAsync(IReadOnlyList<AlertUpdate> alerts, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var alert in alerts)
        {
            await connection.Command("""
                insert into alerts (fingerprint, starts_at, ends_at, status, name, severity, labels, annotations, generator_url)
                values ($1, $2, $3::timestamptz, $4, $5, $6::text, $7, $8, $9::text)
                on conflict (fingerprint, starts_at) do update set ends_at = excluded.ends_at, status = excluded.status,
                    annotations = excluded.annotations, generator_url = excluded.generator_url, updated_at = now()
                where (alerts.status, alerts.ends_at, alerts.annotations)
                    is distinct from (excluded.status, excluded.ends_at, excluded.annotations)
                """,
                alert.Fingerprint,
                alert.StartsAt.ToUniversalTime(),
                alert.EndsAt?.ToUniversalTime(),
                (alert.EndsAt is null ? AlertStatus.Firing : AlertStatus.Resolved).Word(),
                alert.Labels["alertname"],
                alert.Labels.GetValueOrDefault("severity"),
                Commands.Jsonb(alert.Labels),
                Commands.Jsonb(alert.Annotations),
                alert.GeneratorUrl).ExecuteAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>A page of alerts, newest first.</summary>
    /// <param name="status">Null for all.</param>
    /// <param name="before">The cursor; null for the first page.</param>
    public async Task<Page<AlertRecord>> ListAsync(
        AlertStatus? status, long? before, int limit, CancellationToken cancellationToken)
    {
        var rows = await dataSource.Command("""
            select id, fingerprint, status, name, severity, starts_at, ends_at, labels, annotations, generator_url, received_at, updated_at
            from alerts where ($1::text is null or status = $1) and ($2::bigint is null or id < $2) order by id desc limit $3
            """, status?.Word(), before, limit + 1).ListAsync(
            row => new AlertRecord(
                row.Field<long>("id"),
                row.Field<string>("fingerprint"),
                EnumWords.Read<AlertStatus>(row.Field<string>("status")),
                row.Field<string>("name"),
                row.Nullable<string>("severity"),
                row.Field<DateTimeOffset>("starts_at"),
                row.Nullable<DateTimeOffset?>("ends_at"),
                JsonSerializer.Deserialize<JsonElement>(row.Field<string>("labels")),
                JsonSerializer.Deserialize<JsonElement>(row.Field<string>("annotations")),
                row.Nullable<string>("generator_url"),
                row.Field<DateTimeOffset>("received_at"),
                row.Field<DateTimeOffset>("updated_at")),
            cancellationToken);
        return Page.From(rows, limit, row => row.Id.ToString(CultureInfo.InvariantCulture));
    }
}
