using System.Text.RegularExpressions;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>Detects headings by their difference from the usual font of the document.</summary>
internal sealed partial class PdfHeadings
{
    private const double Larger = 1.15;
    private const double SlightlyLarger = 1.08;
    private const int MaxCharacters = 160;
    private const int MaxLevels = 4;

    private readonly double _body;
    private readonly bool _isBodyBold;
    private readonly List<double> _sizes;

    public PdfHeadings(IEnumerable<PdfBlock> blocks)
    {
        var characters = new Dictionary<double, int>();
        var larger = new Dictionary<double, int>();
        long bold = 0;
        long all = 0;
        var paragraphs = blocks.Where(block => !block.IsTable).ToList();
        foreach (var block in paragraphs)
        {
            var size = Rounded(block.Size);
            characters[size] = characters.GetValueOrDefault(size) + block.Text.Length;
            bold += block.IsBold ? block.Text.Length : 0;
            all += block.Text.Length;
        }

        _body = characters.Count == 0 ? 0 : characters.MaxBy(pair => pair.Value).Key;
        _isBodyBold = bold * 2 > all;
        foreach (var block in paragraphs.Where(IsLarge))
        {
            larger[Rounded(block.Size)] = 1;
        }

        _sizes = [.. larger.Keys.OrderDescending()];
    }

    /// <summary>1–6, or 0 for text.</summary>
    public int Level(PdfBlock block)
    {
        if (IsLarge(block))
        {
            return Math.Min(_sizes.IndexOf(Rounded(block.Size)) + 1, MaxLevels);
        }

        var isBoldLine = block.IsBold && !_isBodyBold && block.Lines <= 2 && Rounded(block.Size) >= _body && CanHead(block)
            && (IsTitle(block) || Numbered().IsMatch(block.Text));
        return isBoldLine ? Math.Min(_sizes.Count, MaxLevels) + 1 : 0;
    }

    private bool IsLarge(PdfBlock block) => CanHead(block)
        && ((block.Lines <= 3 && block.Size >= Larger * _body)
            || (block.Lines == 1 && block.Size >= SlightlyLarger * _body && IsTitle(block)));

    private static bool IsTitle(PdfBlock block) => block.Text[^1] is not ('.' or ',' or ';') && !char.IsLower(block.Text[0]);

    private static bool CanHead(PdfBlock block) =>
        block.Text.Length is > 2 and <= MaxCharacters
            && block.Text.Count(char.IsLetter) * 2 >= block.Text.Count(character => character != ' ');

    [GeneratedRegex(
        @"^(item|part|section|chapter|article|note|appendix|annex|schedule|exhibit)\s+[\dIVXA-Z]"
        + @"|^\d+(\.\d+)*\.?\s+\p{Lu}",
        RegexOptions.IgnoreCase)]
    private static partial Regex Numbered();

    private static double Rounded(double size) => Math.Round(size * 2) / 2;
}
