using System.Globalization;
using AngleSharp.Dom;

namespace RagAspire.Extractor.Formats.Html;

/// <summary>Data tables, as opposed to tables that only lay out a page.</summary>
internal static class HtmlTable
{
    private const int MaxSpan = 50;
    private const int LongCell = 1500;

    /// <summary>Whether the cells hold values and not whole sections.</summary>
    public static bool IsData(IElement table)
    {
        var cells = 0;
        foreach (var element in Descendants(table))
        {
            if (element.LocalName is "table" or "h1" or "h2" or "h3" or "h4" or "ul" or "ol" or "pre")
            {
                return false;
            }

            if (element.LocalName is "td" or "th")
            {
                cells++;
                if (element.TextContent.Length > LongCell)
                {
                    return false;
                }
            }
        }

        return cells > 1;
    }

    public static IEnumerable<IReadOnlyList<string>> Rows(IElement table)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (var row in Descendants(table).Where(element => element.LocalName is "tr" or "caption"))
        {
            rows.Add(row.LocalName == "caption" ? [HtmlText.Of(row)] : Cells(row));
        }

        return TableRows.WithoutEmptyColumns(rows);
    }

    private static List<string> Cells(IElement row)
    {
        var cells = new List<string>();
        for (var cell = row.FirstElementChild; cell is not null; cell = cell.NextElementSibling)
        {
            if (cell.LocalName is "td" or "th")
            {
                cells.Add(HtmlText.Of(cell));
                var span = int.TryParse(cell.GetAttribute("colspan"), CultureInfo.InvariantCulture, out var value) ? Math.Clamp(value, 1, MaxSpan) : 1;
                cells.AddRange(Enumerable.Repeat(string.Empty, span - 1));
            }
        }

        return cells;
    }

    // Without recursion, because tables may be nested to any depth.
    private static IEnumerable<IElement> Descendants(IElement root)
    {
        var element = root.FirstElementChild;
        while (element is not null)
        {
            yield return element;
            var next = element.FirstElementChild ?? element.NextElementSibling;
            while (next is null && element.ParentElement is { } parent && parent != root)
            {
                element = parent;
                next = element.NextElementSibling;
            }

            element = next;
        }
    }
}
