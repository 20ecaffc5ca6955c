using System.Text.Json;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Diagnosis.Alerts;

/// <summary>The diagnoses that belong to alerts, one for each alert.</summary>
public sealed class AlertReportStore(NpgsqlDataSource dataSource)
{
    private static readonly JsonSerializerOptions Json = JsonSerializerOptions.Web;

    /// <summary>Firing alerts of the last minutes that have no report yet, oldest first.</summary>
    public async Task<IReadOnlyList<long>> WaitingAsync(TimeSpan since, int limit, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            select alerts.id from alerts left join alert_reports on alert_reports.alert_id = alerts.id
            where alerts.status = 'firing' and alerts.received_at > now() - $1 and alert_reports.alert_id is null
            order by alerts.id limit $2
            """, since, limit).ListAsync(row => row.GetInt64(0), cancellationToken);

    /// <summary>
    /// Alerts that will have no diagnosis: those that were resolved before, and those that were received too long ago.
    /// </summary>
    /// <param name="settled">How long they have not changed, so that a diagnosis that is under way in another process counts.</param>
    public async Task<IReadOnlyList<(long Id, bool IsResolved)>> MissedAsync(
        TimeSpan since, TimeSpan settled, int limit, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            select alerts.id, alerts.status = 'resolved'
            from alerts left join alert_reports on alert_reports.alert_id = alerts.id
            where (alerts.status = 'resolved' or alerts.received_at <= now() - $1) and alerts.updated_at <= now() - $2
                and alert_reports.alert_id is null
            order by alerts.id limit $3
            """, since, settled, limit).ListAsync(row => (row.GetInt64(0), row.GetBoolean(1)), cancellationToken);

    /// <summary>Stores one diagnosis for several alerts. An alert that has a report keeps it.</summary>
    public async Task AddAsync(IReadOnlyList<long> alerts, DiagnosisReport report, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            insert into alert_reports (alert_id, made_at, report)
            select id, $2, $3 from alerts where id = any($1) on conflict do nothing
            """, alerts.ToArray(), report.At, Commands.Jsonb(report, Json)).ExecuteAsync(cancellationToken);

    /// <summary>The diagnosis of an alert; null when there is none.</summary>
    public async Task<DiagnosisReport?> FindAsync(long alert, CancellationToken cancellationToken) =>
        await dataSource.Command("select report from alert_reports where alert_id = $1", alert)
            .FirstAsync(row => JsonSerializer.Deserialize<DiagnosisReport>(row.GetString(0), Json)!, cancellationToken);
}
