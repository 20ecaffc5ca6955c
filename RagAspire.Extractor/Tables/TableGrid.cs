namespace RagAspire.Extractor.Tables;

/// <summary>A table before it becomes text: rows of cells by position.</summary>
/// <param name="Rows">From top to bottom; read once.</param>
/// <param name="Captions">Texts above the table.</param>
internal sealed record TableGrid(IEnumerable<GridRow> Rows, IReadOnlyList<string>? Captions = null)
{
    /// <summary>Rows of which the reader knows nothing but their texts.</summary>
    public static TableGrid Of(IEnumerable<IReadOnlyList<string>> rows) =>
        new(rows.Select(row => new GridRow([.. row.Select(text => new GridCell(text))])));
}

/// <param name="IsHeader">The format says that the cells name the columns.</param>
internal sealed record GridRow(IReadOnlyList<GridCell> Cells, bool IsHeader = false)
{
    public static readonly GridRow Empty = new([]);
}

/// <param name="Rows">How many rows the cell covers.</param>
/// <param name="Columns">How many columns it covers.</param>
/// <param name="IsRepeated">The reader has repeated the cell above.</param>
internal readonly record struct GridCell(string Text, int Rows = 1, int Columns = 1, bool IsRepeated = false);
