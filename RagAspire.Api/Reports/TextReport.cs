using System.Text;

namespace RagAspire.Api.Reports;

/// <summary>Writes a report as plain text for a terminal.</summary>
public static class TextReport
{
    private const int Indent = 2;

    public static string Write(Report report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        text.Append(Plain(report.Title)).Append('\n').Append('=', report.Title.Length).Append('\n')
            .Append(Plain($"{report.Status.Word}: {report.Status.Summary}".TrimEnd(' ', ':'))).Append('\n')
            .Append(HtmlReport.Time(report.At)).Append('\n');
        foreach (var section in report.Sections)
        {
            Append(text, section, level: 0);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, ReportSection section, int level)
    {
        var indent = new string(' ', level * Indent);
        var title = section.Status is { } status ? $"{section.Title} [{status.Word}]" : section.Title;
        text.Append('\n').Append(indent).Append(Plain(title)).Append('\n').Append(indent).Append('-', title.Length).Append('\n');
        if (section.Status is { Summary.Length: > 0 })
        {
            text.Append(indent).Append(Plain(section.Status.Summary)).Append('\n');
        }

        foreach (var line in section.Blocks.SelectMany(Lines))
        {
            text.Append(indent).Append(line.TrimEnd()).Append('\n');
        }

        foreach (var part in section.Sections)
        {
            Append(text, part, level + 1);
        }
    }

    private static IEnumerable<string> Lines(ReportBlock block) => block switch
    {
        ReportText one => [Plain(one.Text)],
        ReportCode code => code.Text.ReplaceLineEndings("\n").Split('\n').Select(line => $"    {Plain(line)}"),
        ReportList list => list.Items.Select((item, i) => $"{(list.IsOrdered ? $"{i + 1}." : "-")} {Plain(item.Text)}"),
        ReportFacts facts => facts.Facts.Select(fact => $"{Plain(fact.Name)}: {Plain(fact.Value.Text)}"),
        ReportTable table => Lines(table),
        ReportFigure figure => [$"(figure: {Plain(figure.Caption)})"],
        _ => throw new ArgumentException($"{block.GetType().Name} has no form in text.", nameof(block)),
    };

    private static IEnumerable<string> Lines(ReportTable table)
    {
        yield return $"{Plain(table.Caption)}{(table.Rows.Count == 0 ? $": {Plain(table.WhenEmpty)}" : "")}";
        if (table.Rows.Count == 0)
        {
            yield break;
        }

        var rows = table.Rows.Select(row => row.Select(cell => Plain(cell.Text)).ToArray())
            .Prepend([.. table.Columns.Select(column => Plain(column.Title))]).ToList();
        var widths = table.Columns.Select((_, i) => rows.Max(row => i < row.Length ? row[i].Length : 0)).ToArray();
        foreach (var row in rows)
        {
            yield return "  " + string.Join("  ", row.Select((cell, i) =>
                table.Columns[i].IsNumber ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i])));
        }
    }

    /// <summary>Without control characters, which would move the cursor of a terminal or forge lines.</summary>
    private static string Plain(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter)) : text;
}
