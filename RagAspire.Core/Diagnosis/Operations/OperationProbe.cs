using Microsoft.Extensions.Options;
using RagAspire.Diagnosis.Postgres;
using RagAspire.Maintenance.Tasks;

namespace RagAspire.Diagnosis.Operations;

/// <summary>Examines certificates, firing alerts and the sandbox as they are stored.</summary>
public sealed class OperationProbe(DatabaseReader database, IOptions<CertificateOptions> certificates) : IProbe
{
    public string Name => "operations";

    public async Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken) =>
    [
        .. await database.ReadAsync<IReadOnlyList<Observation>>(
            async session =>
            [
                .. await CertificatesAsync(session, cancellationToken),
                .. await AlertsAsync(session, cancellationToken),
                .. await SandboxAsync(session, cancellationToken),
            ],
            cancellationToken),
    ];

    private async Task<IReadOnlyList<Observation>> CertificatesAsync(PostgresSession session, CancellationToken cancellationToken)
    {
        var expiries = await session.ListAsync(
            $"""
            select labels->>'certificate', to_timestamp(value), extract(epoch from to_timestamp(value) - now())::float8 from kept_figures
            where name = '{MaintenanceMetrics.Certificates}' and to_timestamp(value) < now() + interval '{certificates.Value.WarnDays} days'
            order by 2
            """,
            row => (Name: row.GetString(0), At: row.GetFieldValue<DateTimeOffset>(1), Seconds: row.GetDouble(2)),
                cancellationToken);
        return [.. expiries.Select(certificate => new Observation(
            certificate.Seconds < 0 ? OperationCodes.Expired : OperationCodes.Expires,
            $"The certificate {certificate.Name} {(certificate.Seconds < 0 ? "expired" : "expires")} on {certificate.At:yyyy-MM-dd}.",
            [new Evidence(
                $"select to_timestamp(value) from kept_figures where name = '{MaintenanceMetrics.Certificates}' and labels->>'certificate' = '{certificate.Name}'",
                FormattableString.Invariant($"{certificate.At:yyyy-MM-dd}"), FormattableString.Invariant($"{certificates.Value.WarnDays} days"))])
        {
            Subject = certificate.Name,
            Since = certificate.Seconds < 0 ? certificate.At : null,
        })];
    }

    private static async Task<IReadOnlyList<Observation>> AlertsAsync(
        PostgresSession session, CancellationToken cancellationToken)
    {
        const string sql = "select name, severity, starts_at from alerts where status = 'firing' and severity is distinct from 'info' order by starts_at";
        var alerts = await session.ListAsync(
            sql,
            row => (Name: row.GetString(0), Severity: row.IsDBNull(1) ? "" : row.GetString(1), Since: row.GetFieldValue<DateTimeOffset>(2)),
            cancellationToken);
        return alerts.Count == 0 ? [] : [new Observation(
            OperationCodes.Alerts,
            $"{(alerts.Count == 1 ? "One alert is" : $"{alerts.Count} alerts are")} firing: {string.Join(", ", alerts.Select(alert => alert.Name).Distinct())}.",
            [new Evidence(sql, Quantity.Count(alerts.Count, "alerts"), "0 alerts")])
        {
            Since = alerts[0].Since,
            Severity = alerts.Exists(alert => alert.Severity == FindingSeverity.Critical.Word())
                ? FindingSeverity.Critical
                : null,
        }];
    }

    private static async Task<IReadOnlyList<Observation>> SandboxAsync(
        PostgresSession session, CancellationToken cancellationToken)
    {
        const string sql = $"""
            select labels->>'layer', labels->>'reason' from kept_figures
            where name = '{MaintenanceMetrics.Sandbox}' and value = 0 order by 1
            """;
        var missing = await session.ListAsync(sql, row => (Layer: row.GetString(0), Reason: row.GetString(1)), cancellationToken);
        return missing.Count == 0 ? [] : [new Observation(
            OperationCodes.Sandbox,
            $"Layers of the extractor's sandbox are missing: {string.Join(", ", missing.Select(layer => layer.Layer))}.",
            [new Evidence(sql, Quantity.Count(missing.Count, "layers"), "0 layers")])
        {
            Cause = string.Join("; ", missing.Select(layer => layer.Reason).Distinct()),
        }];
    }
}
