using System.Text;
using RagAspire.Api;

namespace RagAspire.AppHost.Commands;

/// <summary>Results of commands as Markdown, which the dashboard renders.</summary>
internal static class Markdown
{
    /// <summary>A table; without rows, nothing.</summary>
    public static string Table(IReadOnlyList<string> head, IReadOnlyCollection<IReadOnlyList<string>> rows)
    {
        if (rows.Count == 0)
        {
            return "";
        }

        var table = new StringBuilder();
        foreach (var row in rows.Prepend(head.Select(_ => "---").ToList()).Prepend(head))
        {
            table.Append("| ").AppendJoin(" | ", row.Select(Cell)).AppendLine(" |");
        }

        return table.ToString();
    }

    /// <summary>A list; without items, nothing.</summary>
    public static string List(IEnumerable<string> items) => string.Concat(items.Select(item => $"- {Text(item)}\n"));

    /// <summary>Text of a document or a message, in which nothing is markup.</summary>
    public static string Text(string text) => MarkdownText.Escape(text);

    /// <summary>The parts that are not empty, as paragraphs.</summary>
    public static string Join(params string[] parts) =>
        string.Join("\n\n", parts.Select(part => part.Trim()).Where(part => part.Length > 0));

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
