using System.Globalization;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using RagAspire.Extractor.Tables;

namespace RagAspire.Extractor.Formats.OpenDocument;

/// <summary>The rows of a table, with what they repeat.</summary>
internal static class OpenTable
{
    private const int MaxColumns = 1000;
    private const int MaxRepeated = 1000;

    // Empty cells in between that a writer has repeated.
    private const int MaxGap = 100;

    public static IEnumerable<(XElement Row, bool IsHeader)> Rows(XElement table, bool isHeader = false)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var child in table.Elements())
        {
            if (child.LocalName() == "table-row")
            {
                for (var left = Math.Min(Repeated(child, "rows"), child.Inside("p").Any() ? MaxRepeated : 1); left > 0; left--)
                {
                    yield return (child, isHeader);
                }
            }
            else if (child.LocalName() is "table-header-rows" or "table-rows" or "table-row-group")
            {
                foreach (var row in Rows(child, isHeader || child.LocalName() == "table-header-rows"))
                {
                    yield return row;
                }
            }
        }
    }

    /// <summary>The cells of a row that no merged cell covers.</summary>
    public static IEnumerable<XElement> CellsOf(XElement row) => row.Children("table-cell");

    /// <param name="text">What a cell shows.</param>
    public static GridRow Row(XElement row, Func<XElement, string> text, bool isHeader = false)
    {
        var cells = new List<GridCell>();
        var filled = 0;
        foreach (var cell in CellsOf(row))
        {
            var value = text(cell);
            var count = Math.Min(Repeated(cell, "columns"), MaxColumns - cells.Count);
            count = value.Length == 0 ? Math.Min(count, MaxGap) : count;
            for (var left = count; left > 0; left--)
            {
                cells.Add(new GridCell(value, Spanned(cell, "rows"), Spanned(cell, "columns")));
            }

            filled = value.Length > 0 ? cells.Count : filled;
        }

        cells.RemoveRange(filled, cells.Count - filled);
        return new GridRow(cells, isHeader);
    }

    public static int Repeated(XElement element, string what) => Number(element.Value($"number-{what}-repeated"));

    private static int Spanned(XElement cell, string what) => Math.Min(Number(cell.Value($"number-{what}-spanned")), MaxColumns);

    private static int Number(string? value) =>
        int.TryParse(value, CultureInfo.InvariantCulture, out var number) ? Math.Max(1, number) : 1;
}
