using System.Text;
using RagAspire.Extraction;

namespace RagAspire.Extractor.Tables;

/// <summary>
/// Writes tables as text: the names of the columns on one line, then a line for each row. A long table becomes several
/// blocks and each starts with the names, so that every part can be read alone.
/// </summary>
internal sealed class TableWriter(Action<BlockKind, string> add)
{
    private const int BufferedRows = 2000;
    private const int MaxBlockCharacters = 64 * 1024;
    private const int MaxHeaderCharacters = 4 * 1024;

    // Names that are longer than this cannot be repeated beside the rows: each row becomes lines of "name: value".
    private const int WideHeader = 400;
    private const int WideColumns = 8;

    private readonly StringBuilder _block = new();
    private string _header = string.Empty;
    private List<string>? _names;

    public void Write(TableGrid table)
    {
        foreach (var caption in table.Captions ?? [])
        {
            add(BlockKind.Paragraph, CleanText.Lines(caption));
        }

        using var rows = TableLayout.Place(table.Rows).Where(row => !row.IsEmpty).GetEnumerator();
        IReadOnlyList<PlacedRow> first = Take(rows);
        if (first.Count == 0)
        {
            return;
        }

        // Empty columns of a table of usual size are removed; a very large one is passed on without buffering.
        first = first.Count < BufferedRows ? TableColumns.Compact(first) : first;
        var start = Titles(first);
        if (start == first.Count)
        {
            return;
        }

        var headers = TableHeader.Count(first, start);
        Start([.. first.Skip(start).Take(headers)], first.Count > start + headers);
        foreach (var row in first.Skip(start + headers))
        {
            Row(row);
        }

        while (rows.MoveNext())
        {
            Row(rows.Current);
        }

        End();
    }

    /// <summary>Cells on one line. Empty cells in between stay, so that a value remains under its name.</summary>
    public static string Line(IReadOnlyList<string> cells)
    {
        var count = cells.Count;
        while (count > 0 && cells[count - 1].Length == 0)
        {
            count--;
        }

        return string.Join(CleanText.CellSeparator, cells.Take(count)).TrimStart();
    }

    private static List<PlacedRow> Take(IEnumerator<PlacedRow> rows)
    {
        var taken = new List<PlacedRow>();
        while (taken.Count < BufferedRows && rows.MoveNext())
        {
            taken.Add(rows.Current);
        }

        return taken;
    }

    /// <summary>Writes the rows of one cell above the names of the columns as text.</summary>
    private int Titles(IReadOnlyList<PlacedRow> rows)
    {
        var titles = new List<string>();
        while (titles.Count < rows.Count && !rows[titles.Count].Filled.Skip(1).Any())
        {
            titles.Add(rows[titles.Count].Filled.First().Text);
        }

        add(BlockKind.Paragraph, CleanText.Uncell(string.Join('\n', titles)));
        return titles.Count;
    }

    private void Start(IReadOnlyList<PlacedRow> headers, bool hasRows)
    {
        var names = TableHeader.Names(headers);
        _header = Line(names);
        var isWide = hasRows && _header.Length > WideHeader && names.Count > WideColumns
            && names.Distinct(StringComparer.Ordinal).Count() * 4 > names.Count * 3;
        if (isWide)
        {
            _names = names;
        }
        else
        {
            _block.Append(_header);
        }
    }

    private void Row(PlacedRow row)
    {
        if (_names is not null)
        {
            add(BlockKind.Paragraph, Record(row, _names));
            return;
        }

        // A cell over the whole table is a label of the rows below.
        var filled = row.Filled.Take(2).ToList();
        var line = filled.Count == 1 && filled[0].Columns > 1
            ? filled[0].Text
            : Line([.. row.Cells.Select(cell => cell.Text)]);
        if (line.Length == 0)
        {
            return;
        }

        if (_block.Length > 0 && _block.Length + line.Length > MaxBlockCharacters)
        {
            End();
            _block.Append(_header.Length < MaxHeaderCharacters ? _header : string.Empty);
        }

        _block.Append(_block.Length > 0 ? "\n" : string.Empty).Append(line);
    }

    private static string Record(PlacedRow row, List<string> names)
    {
        var lines = row.Cells.Select((cell, column) => (cell.Text, Name: column < names.Count ? names[column] : string.Empty))
            .Where(cell => cell.Text.Length > 0)
            .Select(cell => cell.Name.Length > 0 ? $"{cell.Name}: {cell.Text}" : cell.Text);
        return CleanText.Uncell(string.Join('\n', lines));
    }

    private void End()
    {
        add(BlockKind.Table, _block.ToString());
        _block.Clear();
    }
}
