namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>A paragraph or a table of a page, before it is known which paragraphs are headings.</summary>
/// <param name="Rows">Of a table; empty for a paragraph.</param>
/// <param name="Lines">Lines on the page.</param>
internal sealed record PdfBlock(
    string Text, double Size, bool IsBold, int Lines, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    public bool IsTable => Rows.Count > 0;
}
