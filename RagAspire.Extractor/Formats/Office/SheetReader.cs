using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using RagAspire.Extraction;
using RagAspire.Extractor.Tables;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>A workbook: a sheet is a page, and consecutive rows are a table. Read row by row.</summary>
internal sealed class SheetReader(OfficePart main, DocumentSink sink)
{
    private const int RowsBetweenReports = 5000;

    public void Read()
    {
        var workbook = main.TryLoad();
        var sheets = Sheets(workbook);
        var texts = new SharedTexts(main.RelatedFor("sharedStrings").FirstOrDefault());
        var formats = new CellFormats(
            main.RelatedFor("styles").FirstOrDefault()?.TryLoad(),
            workbook.Child("workbookPr").Value("date1904") is "1" or "true");
        sink.Pages = sheets.Count;
        sink.Unit = "sheet";
        for (var index = 0; index < sheets.Count; index++)
        {
            if (sink.BeginPage(index + 1))
            {
                Sheet(sheets[index], texts, formats);
            }
        }
    }

    private List<Worksheet> Sheets(XElement? workbook)
    {
        var sheets = new List<Worksheet>();
        foreach (var sheet in workbook.Child("sheets").Children("sheet"))
        {
            if (main.Related(sheet.RelationshipId()) is { } part)
            {
                var mark = sheet.Value("state") is "hidden" or "veryHidden" ? " (hidden sheet)" : string.Empty;
                sheets.Add(new Worksheet((sheet.Value("name") ?? $"Sheet {sheets.Count + 1}") + mark, part));
            }
        }

        return sheets.Count > 0
            ? sheets
            : [.. main.RelatedFor("worksheet").Select((part, index) => new Worksheet($"Sheet {index + 1}", part))];
    }

    private void Sheet(Worksheet sheet, SharedTexts texts, CellFormats formats)
    {
        var hidden = new HiddenColumns();
        var cells = new CellReader(texts, formats, MergedRanges.Of(sheet.Part), hidden);
        using var rows = Rows(sheet.Part, cells, hidden).GetEnumerator();
        var isHeaded = false;
        while (rows.MoveNext())
        {
            if (rows.Current.Cells.Count == 0)
            {
                continue;
            }

            if (!isHeaded)
            {
                sink.Heading(1, sheet.Name);
                isHeaded = true;
            }

            sink.Table(new TableGrid(UntilGap(rows)));
        }

        var extras = new SheetExtras(sheet.Part).Read().ToList();
        if (!isHeaded && extras.Count > 0)
        {
            sink.Heading(1, sheet.Name);
        }

        if (cells.WithoutResult > 0)
        {
            sink.Warn(WarningCodes.FormulasWithoutResult, sheet.Name, cells.WithoutResult);
        }

        foreach (var extra in extras)
        {
            sink.Any(extra);
        }

        OfficeObjects.TakeOut(sheet.Part, sink);
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

    /// <summary>The rows of a sheet; an empty one for each gap between them.</summary>
    private static IEnumerable<GridRow> Rows(OfficePart part, CellReader cells, HiddenColumns hidden)
    {
        using var stream = part.Open();
        using var reader = SafeXml.Reader(stream ?? Stream.Null);
        var last = 0;
        while (MoveToRow(reader, hidden))
        {
            var number = int.TryParse(reader.GetAttribute("r"), CultureInfo.InvariantCulture, out var value) ? value : last + 1;
            if (number > last + 1 && last > 0)
            {
                yield return GridRow.Empty;
            }

            last = number;
            yield return cells.Row(reader, number);
        }
    }

    // Damage ends a sheet; the rows before it are kept.
    private static bool MoveToRow(XmlReader reader, HiddenColumns hidden)
    {
        try
        {
            // After an error the reader still shows the row where it was.
            while (reader.ReadState == ReadState.Error || !(reader.NodeType == XmlNodeType.Element && reader.LocalName == "row"))
            {
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "col" })
                {
                    hidden.Add(reader);
                }

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

    private sealed record Worksheet(string Name, OfficePart Part);
}
