namespace RagAspire.Extractor.Tables;

/// <summary>Gives each row its cells by column: a merged cell is in every row and column that it covers.</summary>
internal sealed class TableLayout
{
    private const int MaxColumns = 20_000;

    // A long text is prose and no value, and is not repeated.
    private const int MaxRepeated = 300;

    private readonly List<Carried> _carried = [];

    public static IEnumerable<PlacedRow> Place(IEnumerable<GridRow> rows)
    {
        var layout = new TableLayout();
        foreach (var row in rows)
        {
            yield return layout.Place(row);
        }
    }

    private PlacedRow Place(GridRow row)
    {
        var cells = new List<PlacedCell>(row.Cells.Count);
        foreach (var cell in row.Cells)
        {
            AddCarried(cells);
            if (cells.Count >= MaxColumns)
            {
                break;
            }

            var text = CleanText.Cell(cell.Text);
            var columns = Math.Clamp(cell.Columns, 1, MaxColumns - cells.Count);
            Add(cells, text, columns, cell.IsRepeated);
            if (cell.Rows > 1)
            {
                var repeated = text.Length > MaxRepeated ? string.Empty : text;
                _carried.Add(new Carried(cells.Count - columns, columns, cell.Rows, repeated));
            }
        }

        AddCarried(cells);
        for (var index = _carried.Count - 1; index >= 0; index--)
        {
            var carried = _carried[index] with { RowsLeft = _carried[index].RowsLeft - 1 };
            _carried[index] = carried;
            if (carried.RowsLeft == 0)
            {
                _carried.RemoveAt(index);
            }
        }

        return new PlacedRow(cells, row.IsHeader);
    }

    /// <summary>Adds what covers the next column from above.</summary>
    private void AddCarried(List<PlacedCell> cells)
    {
        for (var index = 0; index < _carried.Count; index++)
        {
            if (_carried[index].Column == cells.Count && cells.Count < MaxColumns)
            {
                Add(cells, _carried[index].Text, _carried[index].Columns, isFromAbove: true);
                index = -1;
            }
        }
    }

    private static void Add(List<PlacedCell> cells, string text, int columns, bool isFromAbove)
    {
        for (var column = 0; column < columns; column++)
        {
            var isRepeated = column > 0 && text.Length > MaxRepeated;
            cells.Add(new PlacedCell(isRepeated ? string.Empty : text, column > 0, isFromAbove, columns));
        }
    }

    private readonly record struct Carried(int Column, int Columns, int RowsLeft, string Text);
}

/// <summary>A row with a cell for each column.</summary>
internal sealed record PlacedRow(List<PlacedCell> Cells, bool IsHeader)
{
    /// <summary>The cells with a text, each once.</summary>
    public IEnumerable<PlacedCell> Filled => Cells.Where(cell => cell is { IsContinued: false, Text.Length: > 0 });

    public bool IsEmpty => Cells.TrueForAll(cell => cell.Text.Length == 0 || cell.IsFromAbove);

    public string Text(int column) => column < Cells.Count ? Cells[column].Text : string.Empty;
}

/// <param name="IsContinued">It repeats the cell to its left.</param>
/// <param name="IsFromAbove">It repeats the cell above.</param>
/// <param name="Columns">How many columns the whole cell covers.</param>
internal readonly record struct PlacedCell(string Text, bool IsContinued, bool IsFromAbove, int Columns);
