using System.Globalization;
using System.Text;
using RagAspire.Extraction;

namespace RagAspire.Ingestion.Extraction;

/// <summary>
/// The words that Tesseract has found (its format TSV), as paragraphs. Paragraphs of low confidence are patterns of a picture
/// and no text.
/// </summary>
internal static class RecognisedText
{
    private const int Columns = 12;
    private const int PageColumn = 1, BlockColumn = 2, ParagraphColumn = 3, LineColumn = 4;
    private const int ConfidenceColumn = 10, TextColumn = 11;
    private const double LeastConfidence = 40;

    /// <param name="page">The page of the picture; null where a picture has several, which count from 1.</param>
    public static IReadOnlyList<TextBlock> Read(string table, int? page)
    {
        var blocks = new List<TextBlock>();
        foreach (var paragraph in Words(table).GroupBy(word => (word.Page, word.Block, word.Paragraph)))
        {
            var confidence = paragraph.Average(word => word.Confidence);
            var text = Text(paragraph);
            if (confidence >= LeastConfidence && text.Length > 0)
            {
                blocks.Add(new TextBlock(
                    BlockKind.Paragraph, text, Page: page ?? paragraph.Key.Page, Confidence: (int)Math.Round(confidence)));
            }
        }

        return blocks;
    }

    private static IEnumerable<Word> Words(string table)
    {
        foreach (var line in table.Split('\n').Skip(1))
        {
            var fields = line.TrimEnd('\r').Split('\t', Columns);
            if (fields.Length == Columns && Confidence(fields[ConfidenceColumn]) is >= 0 and var confidence
                && Clean(fields[TextColumn]) is { Length: > 0 } text)
            {
                yield return new Word(
                    Number(fields[PageColumn]),
                    Number(fields[BlockColumn]),
                    Number(fields[ParagraphColumn]),
                    Number(fields[LineColumn]),
                    Math.Min(confidence, 100),
                    text);
            }
        }
    }

    // A word that is broken at the end of a line is one word.
    private static string Text(IEnumerable<Word> words)
    {
        var text = new StringBuilder();
        var line = -1;
        foreach (var word in words)
        {
            var isBroken = line >= 0 && word.Line != line && text.Length > 1 && text[^1] == '-' && char.IsLetter(text[^2])
                && char.IsLower(word.Text[0]);
            if (isBroken)
            {
                text.Length--;
            }
            else if (text.Length > 0)
            {
                text.Append(' ');
            }

            text.Append(word.Text);
            line = word.Line;
        }

        return text.ToString();
    }

    // A page with nothing but a picture has words that are a space, of which Tesseract is sure.
    private static string Clean(string text) => new string([.. text.Where(character => !char.IsControl(character))]).Trim();

    private static double Confidence(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out var confidence) && double.IsFinite(confidence) ? confidence : -1;

    private static int Number(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private readonly record struct Word(int Page, int Block, int Paragraph, int Line, double Confidence, string Text);
}
