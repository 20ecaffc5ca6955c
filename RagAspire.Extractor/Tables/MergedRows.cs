namespace RagAspire.Extractor.Tables;

/// <summary>Rows of formats that mark each cell below a merged one as its continuation.</summary>
internal sealed class MergedRows
{
    private readonly List<List<Placed>> _rows = [];
    private readonly List<bool> _areHeaders = [];

    public int Count => _rows.Count;

    public void StartRow(bool isHeader = false)
    {
        _rows.Add([]);
        _areHeaders.Add(isHeader);
    }

    /// <param name="isContinued">The cell belongs to the one above it.</param>
    public void Add(string text, int columns = 1, bool isContinued = false)
    {
        var row = _rows[^1];
        var column = row.Count == 0 ? 0 : row[^1].Column + row[^1].Columns;
        row.Add(new Placed(text, column, columns, isContinued));
    }

    public TableGrid ToGrid()
    {
        var owners = new Dictionary<int, Placed>();
        foreach (var row in _rows)
        {
            var open = new Dictionary<int, Placed>();
            foreach (var cell in row)
            {
                // A continuation without a cell above, or with a text of its own, is a cell.
                if (cell.IsContinued && string.IsNullOrWhiteSpace(cell.Text) && owners.TryGetValue(cell.Column, out var owner))
                {
                    owner.Rows++;
                    cell.Rows = 0;
                    open[cell.Column] = owner;
                }
                else
                {
                    open[cell.Column] = cell;
                }
            }

            owners = open;
        }

        return new TableGrid([.. _rows.Select((row, index) => new GridRow(
            [.. row.Where(cell => cell.Rows > 0).Select(cell => new GridCell(cell.Text, cell.Rows, cell.Columns))],
            _areHeaders[index]))]);
    }

    private sealed class Placed(string text, int column, int columns, bool isContinued)
    {
        public string Text => text;

        public int Column => column;

        public int Columns => columns;

        public bool IsContinued => isContinued;

        /// <summary>How many rows the cell covers; 0 when another one covers it.</summary>
        public int Rows { get; set; } = 1;
    }
}
