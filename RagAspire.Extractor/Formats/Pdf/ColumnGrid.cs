using System.Text.RegularExpressions;
using RagAspire.Extractor.Tables;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>
/// The cells of a table by the positions of their texts: a row with a text for each column tells where the columns are, and the
/// texts of the other rows stand in the column that they share the most width with.
/// </summary>
internal sealed partial class ColumnGrid
{
    private readonly List<Column> _columns;

    private ColumnGrid(IEnumerable<List<Cell>> fullRows)
    {
        _columns = [];
        foreach (var row in fullRows)
        {
            for (var index = 0; index < row.Count; index++)
            {
                if (index == _columns.Count)
                {
                    _columns.Add(new Column(row[index].Left, row[index].Right));
                }

                _columns[index].Widen(row[index]);
            }
        }
    }

    public static IReadOnlyList<GridRow> Of(IEnumerable<TextRow> rows)
    {
        var cells = rows.Select(CellsOf).ToList();
        var most = cells.Max(row => row.Count);
        var grid = new ColumnGrid(cells.Where(row => row.Count == most));
        return [.. cells.Select(row => new GridRow(row.Count == most
            ? [.. row.Select(cell => new GridCell(cell.Text))]
            : grid.Place(row)))];
    }

    private List<GridCell> Place(List<Cell> row)
    {
        var placed = new List<GridCell>();
        for (var index = 0; index < row.Count; index++)
        {
            // Each text needs a column of its own, also those that follow.
            var first = placed.Sum(cell => cell.Columns);
            var last = _columns.Count - (row.Count - index);
            var column = Nearest(row[index], first, Math.Max(first, last));
            for (; first < column; first++)
            {
                placed.Add(new GridCell(string.Empty));
            }

            placed.Add(new GridCell(row[index].Text, 1, Covered(row[index], column, last)));
        }

        return placed;
    }

    private int Nearest(Cell cell, int first, int last)
    {
        var best = first;
        for (var column = first; column <= last && column < _columns.Count; column++)
        {
            if (_columns[column].Nearness(cell) > _columns[best].Nearness(cell))
            {
                best = column;
            }
        }

        return best;
    }

    /// <summary>How many columns the text covers, by their centres.</summary>
    private int Covered(Cell cell, int column, int last)
    {
        var count = 1;
        while (column + count <= last && column + count < _columns.Count
            && cell.Right > _columns[column + count].Centre && cell.Left < _columns[column].Centre)
        {
            count++;
        }

        return count;
    }

    // Currency signs and brackets have separate columns, but belong to the number.
    private static List<Cell> CellsOf(TextRow row)
    {
        var cells = new List<Cell>();
        foreach (var segment in row.Segments)
        {
            if (cells.Count > 0 && (Prefix().IsMatch(cells[^1].Text) || Suffix().IsMatch(segment.Text)))
            {
                cells[^1] = cells[^1] with { Text = cells[^1].Text + segment.Text, Right = segment.Right };
            }
            else
            {
                cells.Add(new Cell(segment.Text, segment.Left, segment.Right));
            }

            if (TrailingPrefix().Match(cells[^1].Text) is { Success: true } prefix)
            {
                var sign = prefix.Value.Trim();
                cells[^1] = cells[^1] with { Text = cells[^1].Text[..prefix.Index] };
                cells.Add(new Cell(sign, segment.Right, segment.Right));
            }
        }

        return cells;
    }

    private readonly record struct Cell(string Text, double Left, double Right);

    private sealed class Column(double left, double right)
    {
        private double _left = left;
        private double _right = right;

        public double Centre => (_left + _right) / 2;

        public void Widen(Cell cell) => (_left, _right) = (Math.Min(_left, cell.Left), Math.Max(_right, cell.Right));

        /// <summary>The shared width; negative for the distance where they share none.</summary>
        public double Nearness(Cell cell) => Math.Min(_right, cell.Right) - Math.Max(_left, cell.Left);
    }

    [GeneratedRegex(@"^[$€£¥(]+$")]
    private static partial Regex Prefix();

    [GeneratedRegex(@" [$€£¥]$")]
    private static partial Regex TrailingPrefix();

    [GeneratedRegex(@"^[)%]+$")]
    private static partial Regex Suffix();
}
