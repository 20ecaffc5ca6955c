using System.Text.RegularExpressions;

namespace RagAspire.Extractor.Tables;

/// <summary>Removes columns that hold no values of their own: spacers, and signs that belong to the number beside them.</summary>
internal static partial class TableColumns
{
    public static IReadOnlyList<PlacedRow> Compact(IReadOnlyList<PlacedRow> rows)
    {
        var columns = rows.Max(row => row.Cells.Count);
        var kinds = new Kind[columns];
        var isChanged = false;
        for (var column = 0; column < columns; column++)
        {
            kinds[column] = KindOf(rows, column);
            isChanged |= kinds[column] != Kind.Values;
        }

        return isChanged ? [.. rows.Select(row => Compact(row, kinds))] : rows;
    }

    private static Kind KindOf(IReadOnlyList<PlacedRow> rows, int column)
    {
        var (hasText, isPrefix, isSuffix) = (false, true, true);
        foreach (var row in rows)
        {
            if (column >= row.Cells.Count || row.Cells[column] is { IsContinued: true } or { Text.Length: 0 })
            {
                continue;
            }

            var cell = row.Cells[column];
            if (cell.Columns > 1)
            {
                // A cell over several columns is a header or a label, and says nothing of this one.
                continue;
            }

            hasText = true;
            isPrefix &= Prefix().IsMatch(cell.Text);
            isSuffix &= Suffix().IsMatch(cell.Text);
            if (!isPrefix && !isSuffix)
            {
                return Kind.Values;
            }
        }

        return !hasText ? (HasOwnSpan(rows, column) ? Kind.Values : Kind.Empty) : isPrefix ? Kind.Prefix : Kind.Suffix;
    }

    // The first column of a cell over several stays when no column under it has values.
    private static bool HasOwnSpan(IReadOnlyList<PlacedRow> rows, int column)
    {
        foreach (var row in rows)
        {
            if (column < row.Cells.Count && row.Cells[column] is { IsContinued: false, Columns: > 1, Text.Length: > 0 } cell
                && !HasValues(rows, column + 1, column + cell.Columns))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasValues(IReadOnlyList<PlacedRow> rows, int from, int to) => rows.Any(row =>
        row.Cells.Skip(from).Take(to - from).Any(cell => cell is { IsContinued: false, Text.Length: > 0 }));

    private static PlacedRow Compact(PlacedRow row, Kind[] kinds)
    {
        var cells = new List<PlacedCell>(row.Cells.Count);
        var prefix = string.Empty;
        for (var column = 0; column < row.Cells.Count; column++)
        {
            var cell = row.Cells[column];
            var isOwn = cell is { IsContinued: false, Columns: 1 };
            switch (kinds[column])
            {
                case Kind.Prefix when column + 1 < kinds.Length:
                    prefix = isOwn ? prefix + cell.Text : prefix;
                    break;
                case Kind.Suffix when column > 0 && cells.Count > 0:
                    cells[^1] = isOwn ? cells[^1] with { Text = cells[^1].Text + cell.Text } : cells[^1];
                    break;
                case Kind.Empty:
                    break;
                default:
                    var hasPrefix = prefix.Length > 0 && cell is { IsContinued: false };
                    cells.Add(hasPrefix ? cell with { Text = prefix + cell.Text } : cell);
                    prefix = string.Empty;
                    break;
            }
        }

        return row with { Cells = cells };
    }

    private enum Kind
    {
        Values,
        Empty,
        Prefix,
        Suffix,
    }

    [GeneratedRegex(@"^[$€£¥(]+$")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"^[)%]+$")]
    private static partial Regex Suffix();
}
