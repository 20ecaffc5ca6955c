using System.Globalization;
using System.Text;
using RagAspire.Diagnosis;

namespace RagAspire.Worker.Commands;

/// <summary>A diagnosis for a terminal.</summary>
internal static class DiagnosisDisplay
{
    public static string Text(DiagnosisReport report)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{report.Status.Word()} at {report.At:u}, examined in {report.TookMs / 1000:0.0} s");
        if (report.Findings.Count == 0)
        {
            text.AppendLine("Nothing wrong was found.");
        }

        foreach (var finding in report.Findings)
        {
            Append(text, finding);
        }

        foreach (var probe in report.Probes.Where(probe => probe.Reason is not null))
        {
            text.AppendLine().AppendLine(Line($"unknown  {probe.Name}: {probe.Reason}"));
        }

        text.AppendLine();
        foreach (var figure in report.Figures)
        {
            text.AppendLine(Line(
                $"figure   {figure.Name} ({figure.Of}): {figure.Show(figure.Value)} (limit {figure.Show(figure.Limit)})"));
        }

        foreach (var stage in report.Stages.Where(stage => stage.Share >= .01))
        {
            text.AppendLine(Line(string.Create(CultureInfo.InvariantCulture, $"time     {stage.Flow}: {stage.Share:0 %} {stage.Stage}")));
        }

        foreach (var change in report.Changes)
        {
            text.AppendLine(Line(string.Create(
                CultureInfo.InvariantCulture, $"changed  {change.Query}: {change.Before:0.###} to {change.After:0.###}")));
        }

        return text.ToString().TrimEnd();
    }

    private static void Append(StringBuilder text, Finding finding)
    {
        var indent = finding.SuppressedBy is null ? "" : "    ";
        text.AppendLine();
        void Write(string line) => text.Append(indent).AppendLine(Line(line));
        Write($"{finding.Severity.Word(),-8} {finding.Code} {finding.Title}{(finding.Subject is { } of ? $" ({of})" : "")}");
        Write($"         {finding.Symptom}");
        if (finding.SuppressedBy is { } cause)
        {
            Write($"         Follows from {cause}.");
            return;
        }

        Write($"Since:   {(finding.Since is { } since ? since.ToString("u", CultureInfo.InvariantCulture) : "unknown")}");
        Write($"Impact:  {finding.Impact}");
        Write($"Cause:   {finding.Cause}");
        foreach (var evidence in finding.Evidence)
        {
            Write($"Seen:    {evidence.Query} = {evidence.Value}{(evidence.Limit is { } limit ? $" (limit {limit})" : "")}"
                + (evidence.Source is { } source ? $", by {source}" : ""));
        }

        foreach (var action in finding.Actions)
        {
            Write($"Do:      {action}");
        }

        Write($"Page:    docs/diagnostics/{finding.Code}.md, or {finding.Runbook} of the API");
    }

    /// <summary>Names and statements of others may hold control characters.</summary>
    private static string Line(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter)) : text;
}
