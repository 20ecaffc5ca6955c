namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>The text of one page: its regions in reading order.</summary>
/// <param name="Extras">Form values and notes.</param>
/// <param name="Height">Of the page, in points.</param>
internal sealed record PageText(
    int Number, IReadOnlyList<IReadOnlyList<TextRow>> Regions, IReadOnlyList<string> Extras, double Height)
{
    public IEnumerable<TextRow> Rows => Regions.SelectMany(region => region);
}
