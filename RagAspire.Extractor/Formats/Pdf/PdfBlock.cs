using RagAspire.Extractor.Tables;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>A paragraph or a table of a page, before headings are detected.</summary>
/// <param name="Rows">Of a table; empty for a paragraph.</param>
/// <param name="Lines">Number of lines on the page.</param>
internal sealed record PdfBlock(
    string Text, double Size, bool IsBold, int Lines, IReadOnlyList<GridRow> Rows)
{
    public bool IsTable => Rows.Count > 0;

    /// <summary>It continues the last paragraph of the page before.</summary>
    public bool Continues { get; init; }
}
