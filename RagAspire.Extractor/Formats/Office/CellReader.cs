using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using RagAspire.Extractor.Tables;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>Reads the cells of a row as they are displayed.</summary>
internal sealed class CellReader(SharedTexts texts, CellFormats formats, MergedRanges merged, HiddenColumns hidden)
{
    // A value far to the right follows the others directly, without thousands of empty cells.
    private const int MaxGap = 100;
    private const int MaxColumns = 200;

    /// <summary>Formulas whose result the file does not store.</summary>
    public int WithoutResult { get; private set; }

    /// <summary>Reads the current row; the reader moves behind it. Empty when no cell has a value.</summary>
    /// <param name="number">1-based.</param>
    public GridRow Row(XmlReader reader, int number)
    {
        var isHidden = reader.GetAttribute("hidden") is "1" or "true";
        XElement row;
        try
        {
            row = SafeXml.ReadElement(reader);
        }
        catch (XmlException)
        {
            return GridRow.Empty;
        }

        var values = new SortedDictionary<int, string>();
        var column = 0;
        foreach (var cell in row.Children("c"))
        {
            column = CellReference.Column(cell.Value("r")) ?? column + 1;
            if (Value(cell) is { Length: > 0 } value)
            {
                values[column] = value;
            }
        }

        return values.Count == 0 ? GridRow.Empty : new GridRow(Cells(values, merged.In(number), number, isHidden));
    }

    private List<GridCell> Cells(
        SortedDictionary<int, string> values, IReadOnlyList<MergedRanges.MergedRange> ranges, int row, bool isHidden)
    {
        foreach (var range in ranges)
        {
            if (range.Row == row)
            {
                range.Text = values.GetValueOrDefault(range.Column, string.Empty);
            }
            else if (range.Text.Length > 0 && range.Column <= MaxColumns)
            {
                values.TryAdd(range.Column, range.Text);
            }
        }

        var cells = new List<GridCell>(values.Count);
        var next = 1;
        foreach (var (column, value) in values)
        {
            if (column < next)
            {
                // A merged cell covers it.
                continue;
            }

            for (; column > next && column - next <= MaxGap; next++)
            {
                cells.Add(new GridCell(string.Empty));
            }

            var range = ranges.FirstOrDefault(range => range.Column == column);
            var columns = Math.Min(range?.Columns ?? 1, MaxColumns);
            var mark = isHidden && cells.TrueForAll(cell => cell.Text.Length == 0) ? "[hidden row] "
                : hidden.Contains(column) ? "[hidden column] "
                : string.Empty;
            cells.Add(new GridCell(mark + value, 1, columns, range is not null && range.Row < row));
            next = column + columns;
        }

        return cells;
    }

    private string Value(XElement cell)
    {
        var value = cell.Child("v")?.Value ?? string.Empty;
        return cell.Value("t") switch
        {
            "s" => int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var index)
                ? texts[index]
                : string.Empty,
            "inlineStr" => SharedTexts.TextOf(cell.Child("is")),
            "b" => value == "1" ? "TRUE" : value == "0" ? "FALSE" : value,
            "e" => string.Empty,
            _ when value.Length == 0 && cell.Child("f") is { Value.Length: > 0 } formula => Formula(formula.Value),
            "str" or "d" => value,
            _ => value.Length == 0 ? SharedTexts.TextOf(cell.Child("is")) : formats.Format(value, cell.Value("s")),
        };
    }

    private string Formula(string formula)
    {
        WithoutResult++;
        return $"[={formula}: no stored result]";
    }
}
