using AngleSharp.Dom;
using RagAspire.Extractor.Tables;

namespace RagAspire.Extractor.Formats.Html;

/// <summary>Tables that are made of other elements: by their roles, their classes, or their style.</summary>
internal static class HtmlRowBoxes
{
    /// <returns>Null when the element is no table.</returns>
    public static TableGrid? TryRead(IElement element)
    {
        if (!IsA(element, "table", "grid"))
        {
            return null;
        }

        var rows = Rows(element).ToList();
        return rows.Count > 0 && rows.TrueForAll(row => row.ChildElementCount > 1)
            ? new TableGrid(rows.ConvertAll(Row))
            : null;
    }

    private static IEnumerable<IElement> Rows(IElement element) => element.Children.SelectMany(child =>
        IsA(child, "row", "tr") ? [child]
        : IsA(child, "rowgroup", "tbody", "thead", "body", "head") ? child.Children.Where(row => IsA(row, "row", "tr"))
        : [child]);

    private static GridRow Row(IElement row) => new(
        [.. row.Children.Select(cell => new GridCell(HtmlText.Of(cell)))],
        row.Children.All(cell => cell.GetAttribute("role") is "columnheader" || IsA(cell, "th")));

    private static bool IsA(IElement element, params ReadOnlySpan<string> names)
    {
        if (element.LocalName is not ("div" or "section" or "span" or "ul" or "li" or "dl"))
        {
            return false;
        }

        var role = element.GetAttribute("role");
        var style = element.GetAttribute("style");
        foreach (var name in names)
        {
            if (role == name || element.ClassList.Contains(name) || element.ClassList.Contains("table-" + name)
                || (name is "table" or "row" && style?.Contains(name == "row" ? "table-row" : "display:table", StringComparison.OrdinalIgnoreCase) == true))
            {
                return true;
            }
        }

        return false;
    }
}
