using System.Globalization;
using ExcelDataReader;
using ExcelDataReader.Exceptions;
using RagAspire.Extraction;
using RagAspire.Extractor.Tables;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>Workbooks in the binary formats before 2007: a sheet is a page, and consecutive rows are a table.</summary>
internal sealed class OldExcelFormat : IFormatReader
{
    private const int RowsBetweenReports = 5000;
    private const int Western = 1252;

    public void Read(Stream file, DocumentSink sink)
    {
        try
        {
            using var reader = ExcelReaderFactory.CreateBinaryReader(file, new ExcelReaderConfiguration
            {
                FallbackEncoding = TextDecoder.EncodingOf(Western),
                LeaveOpen = true,
            });
            Sheets(reader, sink);
        }
        catch (InvalidPasswordException)
        {
            throw new UnreadableDocumentException(Reasons.Encrypted);
        }
    }

    private static void Sheets(IExcelDataReader reader, DocumentSink sink)
    {
        sink.Pages = reader.ResultsCount;
        sink.Unit = "sheet";
        var page = 0;
        do
        {
            if (sink.BeginPage(++page))
            {
                Sheet(reader, sink);
            }
        }
        while (reader.NextResult());
    }

    private static void Sheet(IExcelDataReader reader, DocumentSink sink)
    {
        using var rows = Rows(reader, sink).GetEnumerator();
        var isHeaded = false;
        while (rows.MoveNext())
        {
            if (rows.Current.Cells.Count > 0)
            {
                if (!isHeaded)
                {
                    sink.Heading(1, reader.Name + (reader.VisibleState == "visible" ? string.Empty : " (hidden sheet)"));
                    isHeaded = true;
                }

                sink.Table(new TableGrid(UntilGap(rows)));
            }
        }
    }

    private static IEnumerable<GridRow> UntilGap(IEnumerator<GridRow> rows)
    {
        do
        {
            yield return rows.Current;
        }
        while (rows.MoveNext() && rows.Current.Cells.Count > 0);
    }

    private static IEnumerable<GridRow> Rows(IExcelDataReader reader, DocumentSink sink)
    {
        var merged = reader.MergeCells ?? [];
        for (var number = 0; reader.Read(); number++)
        {
            if (number % RowsBetweenReports == RowsBetweenReports - 1)
            {
                sink.Progress(0);
            }

            List<CellRange> covering = [.. merged.Where(range => range.FromRow <= number && range.ToRow >= number)];
            yield return new GridRow(Cells(reader, covering, number));
        }
    }

    private static List<GridCell> Cells(IExcelDataReader reader, List<CellRange> merged, int row)
    {
        var cells = new List<GridCell>(reader.FieldCount);
        var filled = 0;
        for (var column = 0; column < reader.FieldCount; column++)
        {
            var range = merged.Find(range => range.FromColumn <= column && range.ToColumn >= column);
            if (range is not null && (range.FromRow != row || range.FromColumn != column))
            {
                continue;
            }

            var text = Text(reader, column);
            if (text.Length > 0)
            {
                var mark = reader.RowHeight == 0 && filled == 0 ? "[hidden row] "
                    : reader.GetColumnWidth(column) == 0 ? "[hidden column] "
                    : string.Empty;
                text = mark + text;
            }

            cells.Add(range is null
                ? new GridCell(text)
                : new GridCell(text, range.ToRow - range.FromRow + 1, range.ToColumn - range.FromColumn + 1));
            filled = text.Length > 0 ? cells.Count : filled;
        }

        cells.RemoveRange(filled, cells.Count - filled);
        return cells;
    }

    private static string Text(IExcelDataReader reader, int column) => reader.GetValue(column) switch
    {
        null => string.Empty,
        DateTime moment when moment.Year < 1900 => moment.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
        DateTime moment => moment.ToString(
            moment.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
        TimeSpan time => $"{Math.Floor(time.TotalHours)}:{time.Minutes:00}:{time.Seconds:00}",
        double number => CellFormats.Number(number, reader.GetNumberFormatString(column)),
        int number => CellFormats.Number(number, reader.GetNumberFormatString(column)),
        true => "TRUE",
        false => "FALSE",
        var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? string.Empty,
    };
}
