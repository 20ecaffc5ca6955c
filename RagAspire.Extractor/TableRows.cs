namespace RagAspire.Extractor;

/// <summary>Rows of cells before they become text.</summary>
internal static class TableRows
{
    /// <summary>Removes empty columns: spacers, and the rest of merged cells.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> WithoutEmptyColumns(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var isUsed = new List<bool>();
        foreach (var row in rows)
        {
            for (var column = 0; column < row.Count; column++)
            {
                if (column == isUsed.Count)
                {
                    isUsed.Add(false);
                }

                isUsed[column] |= !string.IsNullOrWhiteSpace(row[column]);
            }
        }

        return isUsed.TrueForAll(used => used)
            ? rows
            : [.. rows.Select(row => row.Where((_, column) => isUsed[column]).ToList())];
    }
}
