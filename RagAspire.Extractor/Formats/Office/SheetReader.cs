using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>A workbook: a sheet is a page, and consecutive rows are a table. Read row by row.</summary>
internal sealed class SheetReader(OfficePart main, DocumentSink sink)
{
    private const int CompactedRows = 2000;

    public void Read()
    {
        var workbook = main.TryLoad();
        var sheets = Sheets(workbook);
        var texts = new SharedTexts(main.RelatedFor("sharedStrings").FirstOrDefault());
        var formats = new CellFormats(
            main.RelatedFor("styles").FirstOrDefault()?.TryLoad(),
            workbook.Child("workbookPr").Value("date1904") is "1" or "true");
        sink.Pages = sheets.Count;
        for (var index = 0; index < sheets.Count; index++)
        {
            var (name, part) = sheets[index];
            if (sink.BeginPage(index + 1))
            {
                Sheet(name, part, new CellReader(texts, formats));
            }
        }
    }

    private List<(string Name, OfficePart Part)> Sheets(XElement? workbook)
    {
        var sheets = new List<(string, OfficePart)>();
        foreach (var sheet in workbook.Child("sheets").Children("sheet"))
        {
            if (main.Related(sheet.RelationshipId()) is { } part)
            {
                sheets.Add((sheet.Value("name") ?? $"Sheet {sheets.Count + 1}", part));
            }
        }

        return sheets.Count > 0
            ? sheets
            : [.. main.RelatedFor("worksheet").Select((part, index) => ($"Sheet {index + 1}", part))];
    }

    private void Sheet(string name, OfficePart part, CellReader cells)
    {
        using var rows = Rows(part, cells).GetEnumerator();
        var isHeaded = false;
        while (rows.MoveNext())
        {
            if (rows.Current.Count == 0)
            {
                continue;
            }

            if (!isHeaded)
            {
                sink.Heading(1, name);
                isHeaded = true;
            }

            Region(UntilGap(rows));
        }
    }

    // Empty columns of a table of usual size are removed; a very large table is passed on without buffering.
    private void Region(IEnumerable<List<string>> rows)
    {
        using var rest = rows.GetEnumerator();
        var first = new List<IReadOnlyList<string>>();
        while (first.Count < CompactedRows && rest.MoveNext())
        {
            first.Add(rest.Current);
        }

        sink.Table(first.Count < CompactedRows ? TableRows.WithoutEmptyColumns(first) : first.Concat(Rest(rest)));
    }

    private static IEnumerable<List<string>> Rest(IEnumerator<List<string>> rows)
    {
        while (rows.MoveNext())
        {
            yield return rows.Current;
        }
    }

    // Leaves the enumerator at the gap, or at the end.
    private IEnumerable<List<string>> UntilGap(IEnumerator<List<string>> rows)
    {
        var count = 0;
        do
        {
            yield return rows.Current;
            if (++count % 5000 == 0)
            {
                sink.Progress(0);
            }
        }
        while (rows.MoveNext() && rows.Current.Count > 0);
    }

    /// <summary>The rows of a sheet; an empty one for each gap between them.</summary>
    private static IEnumerable<List<string>> Rows(OfficePart part, CellReader cells)
    {
        using var stream = part.Open();
        using var reader = SafeXml.Reader(stream ?? Stream.Null);
        var last = 0;
        while (MoveToRow(reader))
        {
            var number = int.TryParse(reader.GetAttribute("r"), CultureInfo.InvariantCulture, out var value) ? value : last + 1;
            if (number > last + 1 && last > 0)
            {
                yield return [];
            }

            last = number;
            yield return cells.Row(reader);
        }
    }

    // Damage ends a sheet; the rows before it are kept.
    private static bool MoveToRow(XmlReader reader)
    {
        try
        {
            while (!(reader.NodeType == XmlNodeType.Element && reader.LocalName == "row"))
            {
                if (!reader.Read())
                {
                    return false;
                }
            }

            return true;
        }
        catch (XmlException)
        {
            return false;
        }
    }
}
