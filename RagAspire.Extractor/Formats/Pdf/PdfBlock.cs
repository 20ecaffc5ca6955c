namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>A paragraph or a table of a page, before headings are detected.</summary>
/// <param name="Rows">Of a table; empty for a paragraph.</param>
/// <param name="Lines">Number of lines on the page.</param>
internal sealed record PdfBlock(
    string Text, double Size, bool IsBold, int Lines, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    public bool IsTable => Rows.Count > 0;
}
