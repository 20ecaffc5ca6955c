namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>
/// A run of text on one line of a page, without a wide gap. Coordinates are along the text and perpendicular to it, for any
/// rotation of the text.
/// </summary>
internal sealed record TextSegment(string Text, double Left, double Right, double Baseline, double Size, bool IsBold)
{
    public double Width => Right - Left;
}

/// <summary>Segments side by side, from left to right.</summary>
internal sealed record TextRow(IReadOnlyList<TextSegment> Segments)
{
    public double Left => Segments[0].Left;

    public double Right => Segments[^1].Right;

    public double Baseline => Segments[0].Baseline;

    public double Size => Segments.Max(segment => segment.Size);

    public bool IsBold => Segments.All(segment => segment.IsBold);

    public string Text => string.Join(' ', Segments.Select(segment => segment.Text));
}
