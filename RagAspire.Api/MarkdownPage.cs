using System.Text.RegularExpressions;
using RagAspire.Api.Reports;

namespace RagAspire.Api;

/// <summary>Reads the Markdown of this repository's pages: headings, paragraphs, lists and code, one level of sections.</summary>
internal static partial class MarkdownPage
{
    public static Report Parse(string markdown, ReportStatus status, DateTimeOffset at)
    {
        var lines = new Queue<string>(markdown.ReplaceLineEndings("\n").Split('\n'));
        var title = "";
        var sections = new List<ReportSection>();
        var blocks = new List<ReportBlock>();
        while (lines.TryPeek(out var line))
        {
            if (line.StartsWith('#'))
            {
                var heading = Text(lines.Dequeue().TrimStart('#'));
                if (title.Length == 0)
                {
                    title = heading;
                }
                else
                {
                    sections.Add(new ReportSection(heading, blocks = []));
                }
            }
            else if (Block(lines) is { } block)
            {
                if (sections.Count == 0)
                {
                    sections.Add(new ReportSection("About", blocks));
                }

                blocks.Add(block);
            }
        }

        return new Report(title, status, at, sections);
    }

    private static ReportBlock? Block(Queue<string> lines)
    {
        var line = lines.Dequeue();
        if (string.IsNullOrWhiteSpace(line))
        {
            return null;
        }

        if (line.StartsWith("```", StringComparison.Ordinal))
        {
            var code = Take(lines, next => !next.StartsWith("```", StringComparison.Ordinal));
            lines.TryDequeue(out _);
            return new ReportCode(string.Join('\n', code));
        }

        if (Item().IsMatch(line))
        {
            return List(line, lines);
        }

        return new ReportText(Text(string.Join(' ', Take(lines, IsProse).Prepend(line))));
    }

    private static ReportList List(string first, Queue<string> lines)
    {
        var items = new List<string> { Item().Replace(first, "") };
        while (lines.TryPeek(out var line) && (Item().IsMatch(line) || IsProse(line)))
        {
            lines.Dequeue();
            if (Item().IsMatch(line))
            {
                items.Add(Item().Replace(line, ""));
            }
            else
            {
                items[^1] += $" {line.Trim()}";
            }
        }

        return new ReportList(
            [.. items.Select(item => ReportCell.FromString(Text(item)))], IsOrdered: char.IsAsciiDigit(first.TrimStart()[0]));
    }

    private static bool IsProse(string line) => !string.IsNullOrWhiteSpace(line)
        && !line.StartsWith('#') && !line.StartsWith("```", StringComparison.Ordinal) && !Item().IsMatch(line);

    private static List<string> Take(Queue<string> lines, Func<string, bool> belongs)
    {
        var taken = new List<string>();
        while (lines.TryPeek(out var line) && belongs(line))
        {
            taken.Add(lines.Dequeue());
        }

        return taken;
    }

    /// <summary>Without marks of code and emphasis; a link is its text.</summary>
    private static string Text(string markdown) =>
        Link().Replace(markdown, "${text}").Replace("`", "", StringComparison.Ordinal).Replace("**", "", StringComparison.Ordinal).Trim();

    [GeneratedRegex(@"^\s*(?:[-*]|\d+\.)\s+")]
    private static partial Regex Item();

    [GeneratedRegex(@"\[(?<text>[^\]]*)\]\([^)]*\)")]
    private static partial Regex Link();
}
