using System.Globalization;
using AngleSharp.Dom;
using RagAspire.Extractor.Tables;

namespace RagAspire.Extractor.Formats.Html;

/// <summary>Data tables, as opposed to tables that only lay out a page.</summary>
internal static class HtmlTable
{
    private const int MaxColumns = 50;
    private const int MaxRows = 1000;
    private const int LongCell = 1500;

    /// <summary>Whether the cells hold values and not whole sections.</summary>
    public static bool IsData(IElement table)
    {
        var (cells, headers, rows, hasList) = (0, 0, 0, false);
        foreach (var element in Descendants(table))
        {
            switch (element.LocalName)
            {
                case "table" or "h1" or "h2" or "h3" or "h4" or "pre":
                    return false;
                case "ul" or "ol":
                    hasList = true;
                    break;
                case "tr":
                    rows++;
                    break;
                case "td" or "th":
                    cells++;
                    headers += element.LocalName == "th" ? 1 : 0;
                    if (element.TextContent.Length > LongCell)
                    {
                        return false;
                    }

                    break;
                default:
                    break;
            }
        }

        var isGrid = rows > 1 && cells >= 2 * rows;
        return cells > 1 && (!hasList || headers > 1 || (isGrid && table.TextContent.Length < LongCell * 2));
    }

    public static TableGrid Read(IElement table)
    {
        var rows = new List<GridRow>();
        var captions = new List<string>();
        foreach (var element in Descendants(table))
        {
            if (element.LocalName == "caption")
            {
                captions.Add(HtmlText.Of(element));
            }
            else if (element.LocalName == "tr" && !HtmlVisibility.IsHidden(element))
            {
                rows.Add(Row(element));
            }
        }

        return new TableGrid(rows, captions);
    }

    private static GridRow Row(IElement row)
    {
        var cells = new List<GridCell>();
        var isHeader = true;
        var children = row.ChildNodes;
        for (var index = 0; index < children.Length; index++)
        {
            if (children[index] is IElement { LocalName: "td" or "th" } cell)
            {
                var text = HtmlVisibility.IsHidden(cell) ? string.Empty : HtmlText.Of(cell);
                isHeader &= cell.LocalName == "th" || string.IsNullOrWhiteSpace(text);
                cells.Add(new GridCell(text, Span(cell, "rowspan", MaxRows), Span(cell, "colspan", MaxColumns)));
            }
        }

        return new GridRow(cells, (isHeader && cells.Count > 1) || row.ParentElement?.LocalName == "thead");
    }

    // A row span of zero reaches to the end of the table.
    private static int Span(IElement cell, string name, int limit) =>
        int.TryParse(cell.GetAttribute(name), CultureInfo.InvariantCulture, out var value)
            ? value == 0 && name == "rowspan" ? limit : Math.Clamp(value, 1, limit)
            : 1;

    // Without recursion, because tables may be nested to any depth, and by index, because the parser searches for siblings.
    private static IEnumerable<IElement> Descendants(IElement root)
    {
        var open = new Stack<(INodeList Children, int Next)>();
        open.Push((root.ChildNodes, 0));
        while (open.TryPop(out var level))
        {
            if (level.Next == level.Children.Length)
            {
                continue;
            }

            open.Push((level.Children, level.Next + 1));
            if (level.Children[level.Next] is IElement element)
            {
                yield return element;
                open.Push((element.ChildNodes, 0));
            }
        }
    }
}
