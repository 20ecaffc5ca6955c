namespace RagAspire.Extractor.Tables;

/// <summary>Finds the rows that name the columns, and joins them to one name for each column.</summary>
internal static class TableHeader
{
    private const int MaxRows = 5;

    /// <summary>How many rows from <paramref name="start"/> name the columns; one at least.</summary>
    public static int Count(IReadOnlyList<PlacedRow> rows, int start)
    {
        var marked = 0;
        while (start + marked < rows.Count && rows[start + marked].IsHeader)
        {
            marked++;
        }

        if (marked > 0)
        {
            return start + marked < rows.Count ? Math.Min(marked, MaxRows) : 1;
        }

        var count = 1;
        while (count < MaxRows && start + count + 1 < rows.Count
            && (HasGroups(rows[start + count - 1], rows[start + count]) || FillsGaps(rows, start + count)))
        {
            count++;
        }

        return count;
    }

    /// <summary>The names of the columns: what stands above each, from the group to the column.</summary>
    public static List<string> Names(IReadOnlyList<PlacedRow> rows)
    {
        var names = new List<string>();
        var columns = rows.Max(row => row.Cells.Count);
        for (var column = 0; column < columns; column++)
        {
            var parts = new List<string>();
            foreach (var (row, index) in rows.Select((row, index) => (row, index)))
            {
                var text = row.Text(column);
                if (text.Length == 0 && index < rows.Count - 1 && rows.Count > 1)
                {
                    text = GroupBefore(row, rows[index + 1], column);
                }

                if (text.Length > 0 && !parts.Contains(text))
                {
                    parts.Add(text);
                }
            }

            names.Add(string.Join(' ', parts));
        }

        return names;
    }

    // A cell over several columns groups those that the next row names.
    private static bool HasGroups(PlacedRow row, PlacedRow next) =>
        row.Cells.Any(cell => cell is { Columns: > 1, IsFromAbove: false, IsContinued: false, Text.Length: > 0 })
        && next.Filled.Skip(1).Any()
        && row.Cells.Select((cell, column) => (cell, column))
            .Where(place => place.cell is { Columns: > 1, Text.Length: > 0 })
            .All(place => !IsNumber(next.Text(place.column)) || IsYear(next.Text(place.column)));

    // Without merged cells, the group stands over its first column only.
    private static bool FillsGaps(IReadOnlyList<PlacedRow> rows, int index)
    {
        var (above, row, below) = (rows[index - 1], rows[index], rows[index + 1]);
        var gaps = 0;
        for (var column = 1; column < row.Cells.Count; column++)
        {
            if (row.Text(column).Length == 0 && column < below.Cells.Count && below.Text(column).Length > 0)
            {
                return false;
            }

            gaps += above.Text(column).Length == 0 && row.Text(column).Length > 0 ? 1 : 0;
        }

        return gaps > 0
            && (above.Text(0).Length == 0 || row.Text(0).Length == 0)
            && above.Filled.Skip(1).Any()
            && row.Cells.TrueForAll(cell => cell.Text.Length == 0 || !IsNumber(cell.Text))
            && below.Cells.Skip(1).Any(cell => IsNumber(cell.Text));
    }

    private static string GroupBefore(PlacedRow row, PlacedRow next, int column)
    {
        if (next.Text(column).Length == 0 || row.Cells.Exists(cell => cell.Columns > 1))
        {
            return string.Empty;
        }

        for (var before = Math.Min(column, row.Cells.Count) - 1; before > 0; before--)
        {
            if (row.Text(before).Length > 0)
            {
                return row.Text(before);
            }
        }

        return string.Empty;
    }

    private static bool IsNumber(string text) => text.Any(char.IsDigit) && !text.Any(char.IsLetter);

    private static bool IsYear(string text) => text.Length == 4 && text[0] is '1' or '2' && text.All(char.IsAsciiDigit);
}
