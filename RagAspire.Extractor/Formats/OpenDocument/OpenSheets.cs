using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using RagAspire.Extraction;
using RagAspire.Extractor.Tables;

namespace RagAspire.Extractor.Formats.OpenDocument;

/// <summary>A workbook: a sheet is a page, and consecutive rows are a table. Read row by row.</summary>
internal sealed class OpenSheets(OpenPart part, DocumentSink sink)
{
    private const int RowsBetweenReports = 5000;
    private const int MaxRepeated = 10_000;
    private const int MaxHiddenColumns = 1000;

    private readonly List<XElement> _extras = [];
    private readonly HashSet<int> _hidden = [];
    private int _columns;
    private int _withoutResult;

    /// <summary>Reads the current element; the reader moves behind its sheets.</summary>
    public void Read(XmlReader reader)
    {
        var depth = reader.Depth;
        sink.Unit = "sheet";
        reader.Read();
        for (var page = 1; reader.ReadState == ReadState.Interactive && reader.Depth > depth;)
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "table" } && reader.Depth == depth + 1)
            {
                sink.Pages = page;
                if (sink.BeginPage(page++))
                {
                    Sheet(reader);
                    continue;
                }
            }

            reader.Skip();
        }
    }

    private void Sheet(XmlReader reader)
    {
        var name = reader.GetAttribute("name", reader.NamespaceURI) ?? string.Empty;
        var isHidden = part.Styles.IsHidden("table", reader.GetAttribute("style-name", reader.NamespaceURI));
        _extras.Clear();
        _hidden.Clear();
        (_columns, _withoutResult) = (0, 0);
        using var rows = Rows(reader).GetEnumerator();
        var isHeaded = false;
        while (rows.MoveNext())
        {
            if (rows.Current.Cells.Count > 0)
            {
                if (!isHeaded)
                {
                    sink.Heading(1, name + (isHidden ? " (hidden sheet)" : string.Empty));
                    isHeaded = true;
                }

                sink.Table(new TableGrid(UntilGap(rows)));
            }
        }

        if (_withoutResult > 0)
        {
            sink.Warn(WarningCodes.FormulasWithoutResult, name, _withoutResult);
        }

        if (!isHeaded && _extras.Count > 0)
        {
            sink.Heading(1, name);
        }

        var blocks = new OpenBlocks(part, sink);
        foreach (var extra in _extras)
        {
            blocks.Read(extra);
        }
    }

    // Leaves the enumerator at the gap, or at the end.
    private IEnumerable<GridRow> UntilGap(IEnumerator<GridRow> rows)
    {
        var count = 0;
        do
        {
            yield return rows.Current;
            if (++count % RowsBetweenReports == 0)
            {
                sink.Progress(0);
            }
        }
        while (rows.MoveNext() && rows.Current.Cells.Count > 0);
    }

    /// <summary>The rows of the current sheet; an empty one for each gap. The reader moves behind the sheet.</summary>
    private IEnumerable<GridRow> Rows(XmlReader reader)
    {
        var depth = reader.Depth;
        var isHeader = false;
        Next(reader);
        while (reader.ReadState == ReadState.Interactive && reader.Depth > depth)
        {
            switch (reader.NodeType == XmlNodeType.Element ? reader.LocalName : string.Empty)
            {
                case "table-row":
                    if (SafeElement(reader) is not { } row)
                    {
                        yield break;
                    }

                    var cells = Row(row, isHeader);
                    for (var left = cells.Cells.Count == 0 ? 1 : Math.Min(OpenTable.Repeated(row, "rows"), MaxRepeated); left > 0; left--)
                    {
                        yield return cells;
                    }

                    break;
                case "table-column":
                    Column(reader);
                    Next(reader);
                    break;
                case "shapes" or "annotation":
                    _extras.AddRange(SafeElement(reader)?.Elements() ?? []);
                    break;
                default:
                    isHeader = reader.LocalName == "table-header-rows" ? reader.NodeType == XmlNodeType.Element : isHeader;
                    Next(reader);
                    break;
            }
        }
    }

    private GridRow Row(XElement row, bool isHeader)
    {
        var isHidden = row.Value("visibility") is "collapse" or "filter";
        var cells = OpenTable.Row(row, Cell, isHeader);
        _extras.AddRange(OpenTable.CellsOf(row).SelectMany(cell => cell.Elements())
            .Where(child => child.LocalName() is "annotation" or "frame" or "custom-shape"));
        if (cells.Cells.Count == 0 || (!isHidden && _hidden.Count == 0))
        {
            return cells;
        }

        var first = cells.Cells.ToList().FindIndex(cell => cell.Text.Length > 0);
        return cells with
        {
            Cells = [.. cells.Cells.Select((cell, column) => cell.Text.Length == 0 ? cell
                : isHidden && column == first ? cell with { Text = "[hidden row] " + cell.Text }
                : _hidden.Contains(column) ? cell with { Text = "[hidden column] " + cell.Text }
                : cell)],
        };
    }

    private string Cell(XElement cell)
    {
        var texts = cell.Children("p").Select(paragraph => new OpenText(paragraph, part).Text);
        var shown = string.Join(' ', texts.Where(text => text.Length > 0));
        if (shown.Length > 0)
        {
            return shown;
        }

        var stored = cell.Value("string-value") ?? cell.Value("date-value") ?? cell.Value("time-value") ?? cell.Value("boolean-value")
            ?? (cell.Value("value-type") is null ? null : cell.Attributes().FirstOrDefault(IsValue)?.Value);
        if (stored is null && cell.Value("formula") is { Length: > 0 } formula)
        {
            _withoutResult++;
            return $"[{formula[Math.Max(0, formula.IndexOf('=', StringComparison.Ordinal))..]}: no stored result]";
        }

        return stored ?? string.Empty;
    }

    private static bool IsValue(XAttribute attribute) => attribute.Name.LocalName == "value";

    private void Column(XmlReader reader)
    {
        var repeated = reader.GetAttribute("number-columns-repeated", reader.NamespaceURI);
        var count = int.TryParse(repeated, CultureInfo.InvariantCulture, out var number) ? number : 1;
        count = Math.Clamp(count, 1, MaxHiddenColumns);
        var isHidden = reader.GetAttribute("visibility", reader.NamespaceURI) is "collapse" or "filter";
        for (var column = _columns; isHidden && column < _columns + count; column++)
        {
            _hidden.Add(column);
        }

        _columns = Math.Min(_columns + count, MaxHiddenColumns);
    }

    // Damage ends the reading; the rows before it are kept.
    private XElement? SafeElement(XmlReader reader)
    {
        try
        {
            return SafeXml.ReadElement(reader);
        }
        catch (XmlException)
        {
            sink.Warn(WarningCodes.Truncated);
            return null;
        }
    }

    private void Next(XmlReader reader)
    {
        try
        {
            reader.Read();
        }
        catch (XmlException)
        {
            sink.Warn(WarningCodes.Truncated);
        }
    }
}
