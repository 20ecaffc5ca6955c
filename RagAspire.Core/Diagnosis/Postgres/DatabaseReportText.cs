using System.Globalization;
using System.Text;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>A report of the database doctor as plain text.</summary>
public static class DatabaseReportText
{
    public static string Render(DatabaseReport report)
    {
        var text = new StringBuilder();
        var server = report.Server;
        text.Append(CultureInfo.InvariantCulture, $"PostgreSQL {server.Version ?? "(no answer)"} at {server.Host}:{server.Port}, database {server.Database}: {report.Status.Word()}\n");
        text.Append(CultureInfo.InvariantCulture, $"Examined at {report.At:u} in {report.TookMs:0} ms\n");
        foreach (var finding in report.Findings)
        {
            Append(text, finding);
        }

        Section(text, "Unknown", report.Unknown is { } unknown ? [unknown] : []);
        Section(text, "Figures", report.Figures.Select(figure => $"{figure.Name,-32} {figure.Value}"));
        Section(text, "Statements that took the most time", report.Statements.Select(statement => string.Create(
            CultureInfo.InvariantCulture, $"{statement.TotalMs,10:0} ms in {statement.Calls} calls: {OneLine(statement.Query)}")));
        Section(text, "Disk", report.Disks.Select(disk =>
            $"{disk.Path}: {Quantity.Percent(disk.UsedShare)} used, {Quantity.Mebibytes(disk.FreeBytes)} of {Quantity.Mebibytes(disk.SizeBytes)} free"));
        Section(text, report.Log is { } log ? $"Last lines of {log.File}" : "Log", report.Log?.Lines ?? ["The server's log is not on this machine."]);
        return text.ToString();
    }

    private static void Append(StringBuilder text, Finding finding)
    {
        text.Append('\n').Append(CultureInfo.InvariantCulture, $"{finding.Severity.Word()} {finding.Code} {finding.Title}\n");
        text.Append(CultureInfo.InvariantCulture, $"  {finding.Symptom}\n");
        if (finding.SuppressedBy is { } other)
        {
            text.Append(CultureInfo.InvariantCulture, $"  follows from: {other}\n");
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"  cause: {OneLine(finding.Cause)}\n  impact: {finding.Impact}\n");
        foreach (var evidence in finding.Evidence)
        {
            text.Append(CultureInfo.InvariantCulture, $"  evidence: {evidence.Value}{(evidence.Limit is { } limit ? $" (limit {limit})" : "")} <- {OneLine(evidence.Query)}\n");
        }

        foreach (var (index, action) in finding.Actions.Index())
        {
            text.Append(CultureInfo.InvariantCulture, $"  {index + 1}. {action}\n");
        }
    }

    private static void Section(StringBuilder text, string title, IEnumerable<string> lines)
    {
        var all = lines.ToList();
        if (all.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{title}\n");
            all.ForEach(line => text.Append("  ").Append(line).Append('\n'));
        }
    }

    private static string OneLine(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
