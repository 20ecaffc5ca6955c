using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>Reads the cells of a row as they are displayed.</summary>
internal sealed class CellReader(SharedTexts texts, CellFormats formats)
{
    // A value far to the right follows the others directly, without thousands of empty cells.
    private const int MaxGap = 100;

    /// <summary>Reads the current row; the reader moves behind it. Empty when no cell has a value.</summary>
    public List<string> Row(XmlReader reader)
    {
        var cells = new List<string>();
        XElement row;
        try
        {
            row = SafeXml.ReadElement(reader);
        }
        catch (XmlException)
        {
            return cells;
        }

        var hasValue = false;
        var column = 0;
        foreach (var cell in row.Children("c"))
        {
            column = ColumnOf(cell.Value("r")) ?? column + 1;
            var value = Value(cell);
            if (value.Length == 0)
            {
                continue;
            }

            hasValue = true;
            if (column - 1 > cells.Count && column - 1 - cells.Count <= MaxGap)
            {
                cells.AddRange(Enumerable.Repeat(string.Empty, column - 1 - cells.Count));
            }

            cells.Add(value);
        }

        return hasValue ? cells : [];
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
            "str" or "d" => value,
            "b" => value == "1" ? "TRUE" : value == "0" ? "FALSE" : value,
            "e" => string.Empty,
            _ => value.Length == 0 ? SharedTexts.TextOf(cell.Child("is")) : formats.Format(value, cell.Value("s")),
        };
    }

    private static int? ColumnOf(string? reference)
    {
        var column = 0;
        foreach (var character in reference ?? string.Empty)
        {
            if (char.ToUpperInvariant(character) is not (>= 'A' and <= 'Z' and var letter) || column > 20_000)
            {
                break;
            }

            column = (column * 26) + letter - 'A' + 1;
        }

        return column == 0 ? null : column;
    }
}
