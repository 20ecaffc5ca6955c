namespace RagAspire.Answers.Extractive;

/// <summary>Rows of tables as extraction writes them: cells between bars or tabs, the first row the header.</summary>
internal static class TableRows
{
    public static bool IsRow(ReadOnlySpan<char> line) =>
        line.Contains(" | ", StringComparison.Ordinal) || line.StartsWith("|") || line.Contains('\t');

    /// <summary>A row as it can be read alone: each cell with the name of its column.</summary>
    /// <param name="header">The table's first row; null where it names no columns.</param>
    public static string Read(string row, string? header)
    {
        var cells = Cells(row);
        var names = header is null ? [] : Cells(header);
        return string.Join("; ", cells.Select((cell, column) => (cell, column)).Where(part => part.cell.Length > 0).Select(part =>
            part.column < names.Count && names[part.column].Length > 0 ? $"{names[part.column]}: {part.cell}" : part.cell));
    }

    /// <summary>Whether a row names columns: it has several cells, and none is a number.</summary>
    public static bool IsHeader(string row)
    {
        var cells = Cells(row).Where(cell => cell.Length > 0).ToList();
        return cells.Count > 1 && cells.Count(cell => !cell.Any(char.IsLetter)) <= cells.Count / 2;
    }

    private static List<string> Cells(string row) =>
        [.. row.Trim().Trim('|').Split(row.Contains('|') ? '|' : '\t').Select(cell => cell.Trim())];
}
