using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>
/// Examines the database alone and in depth: what is wrong, its figures, the last lines of its log and its disk. It reads and
/// changes nothing.
/// </summary>
public sealed partial class DatabaseDoctor(
    PostgresProbe probe,
    PostgresLocation location,
    PostgresHost host,
    IOptions<PostgresDiagnosisOptions> options,
    TimeProvider time)
{
    /// <param name="withIndexes">Also read the indexes to find damage, which takes up to the configured time.</param>
    public async Task<DatabaseReport> ExamineAsync(bool withIndexes, CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var now = time.GetUtcNow();
        var window = new DiagnosisWindow(now - TimeSpan.FromHours(1), now);
        var (observations, unknown) = await ProbeAsync(window, cancellationToken);
        var server = new DatabaseServer(location.Host, location.Port, location.Database, null, location.Cluster);
        var (figures, statements) = (new List<DatabaseFigure>(), (IReadOnlyList<SlowStatement>)[]);
        try
        {
            await using var session = await PostgresSession.OpenAsync(location.Connection, options.Value.Timeout,
                cancellationToken);
            server = server with { Host = session.Host ?? server.Host, Port = session.Port, Version = session.Version };
            await DatabaseFigures.ReadAsync(session, figures, cancellationToken);
            figures.AddRange(window.Figures.Read().Select(
                figure => new DatabaseFigure($"{figure.Of}, {figure.Name}", figure.Show(figure.Value), figure.Query)));
            statements = await StatementChecks.MostAsync(session, cancellationToken);
            if (withIndexes)
            {
                observations.AddRange(await IndexDamage.FindAsync(session, options.Value, cancellationToken));
            }
        }
        catch (Exception ex) when (PostgresProbe.IsFailure(ex, cancellationToken))
        {
            // The probe has met the same failure and explained it; one that came only now is added.
            if (!observations.Exists(observation => FindingCatalog.Of(observation.Code).Severity == FindingSeverity.Critical))
            {
                observations.AddRange(await host.ExplainAsync(PostgresFailure.Of(ex), cancellationToken));
            }
        }

        var findings = FindingRanking.Rank(observations);
        return new DatabaseReport(
            StatusOf(findings, unknown),
            now,
            Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds,
            server,
            findings,
            figures,
            statements,
            Log(),
            host.ClusterDisk() is { } disk ? [disk] : [])
        {
            Unknown = unknown,
        };
    }

    private async Task<(List<Observation> Observations, string? Unknown)> ProbeAsync(
        DiagnosisWindow window, CancellationToken cancellationToken)
    {
        try
        {
            return ([.. await probe.ExamineAsync(window, cancellationToken)], null);
        }
        catch (ProbeException ex)
        {
            return ([.. ex.Observations], ex.Message);
        }
    }

    private DatabaseLog? Log() => location.Cluster is { } cluster && ClusterFiles.LogFile(cluster) is { } file
        ? new DatabaseLog(file, [.. host.LastLogLines().Select(line => Password().Replace(line, "$1 '…'"))])
        : null;

    private static DiagnosisStatus StatusOf(IReadOnlyList<Finding> findings, string? unknown) => findings.Count == 0
        ? unknown is null ? DiagnosisStatus.Healthy : DiagnosisStatus.Unknown
        : findings.Any(finding => finding.Severity == FindingSeverity.Critical) ? DiagnosisStatus.Critical
            : DiagnosisStatus.Warning;

    // A failed or slow statement that sets a password is logged as it was sent.
    [GeneratedRegex(@"(password)\s+'[^']*'", RegexOptions.IgnoreCase)]
    private static partial Regex Password();
}
