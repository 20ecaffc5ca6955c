namespace RagAspire.Vectors.Terms;

/// <summary>
/// A line of a table as extraction writes it: cells between bars or tabs, the first line of a table its header.
/// </summary>
internal static class TableLine
{
    public static bool IsRow(ReadOnlySpan<char> line) =>
        line.Contains(" | ", StringComparison.Ordinal) || line.StartsWith("|") || line.Contains('\t');

    /// <summary>A row that can be read without its table: each cell with the name of its column.</summary>
    /// <param name="header">The table's header; null when it has none.</param>
    public static string Read(string row, string? header)
    {
        var cells = Cells(row);
        var names = header is null ? [] : Cells(header);
        return string.Join("; ", cells.Select((cell, column) => (cell, column)).Where(part => part.cell.Length > 0).Select(part =>
            part.column < names.Count && names[part.column].Length > 0 ? $"{names[part.column]}: {part.cell}" : part.cell));
    }

    /// <summary>Whether a row looks like a header: it has several cells, and at least half of them contain letters.</summary>
    public static bool IsHeader(string row)
    {
        var cells = Cells(row).Where(cell => cell.Length > 0).ToList();
        return cells.Count > 1 && cells.Count(cell => !cell.Any(char.IsLetter)) <= cells.Count / 2;
    }

    /// <summary>The cells of a row, empty ones included.</summary>
    /// <remarks>Bars at both ends frame a row of Markdown; one at the start alone follows an empty first cell.</remarks>
    public static List<string> Cells(string row)
    {
        var trimmed = row.AsSpan().Trim();
        if (!row.Contains('|'))
        {
            return [.. row.Trim().Split('\t').Select(cell => cell.Trim())];
        }

        var isFramed = trimmed.Length > 1 && trimmed[0] == '|' && trimmed[^1] == '|' && trimmed[^2] != '\\';
        var cells = new List<string>();
        var start = isFramed ? 1 : 0;
        for (var at = start; at <= trimmed.Length - (isFramed ? 1 : 0); at++)
        {
            var isEnd = at == trimmed.Length - (isFramed ? 1 : 0);
            if (isEnd || (trimmed[at] == '|' && (at == 0 || trimmed[at - 1] != '\\')))
            {
                cells.Add(trimmed[start..at].Trim().ToString().Replace("\\|", "|", StringComparison.Ordinal));
                start = at + 1;
            }
        }

        return cells;
    }
}
