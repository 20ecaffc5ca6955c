using System.Globalization;
using RagAspire.Extraction;

namespace RagAspire.Ingestion.Extraction;

/// <summary>Puts recognised text where its pages are, and says which pages these are.</summary>
internal static class RecognisedPages
{
    /// <exception cref="UnreadableDocumentException">The document has no text afterwards either.</exception>
    public static ExtractedDocument Merge(ExtractedDocument document, IReadOnlyList<TextBlock> recognised)
    {
        if (recognised.Count == 0)
        {
            return document.Blocks.Count > 0 ? document : throw new UnreadableDocumentException(Reasons.NothingRecognised);
        }

        var blocks = new List<TextBlock>(document.Blocks.Count + recognised.Count);
        var next = 0;
        foreach (var block in document.Blocks)
        {
            for (; next < recognised.Count && recognised[next].Page < block.Page; next++)
            {
                blocks.Add(recognised[next]);
            }

            blocks.Add(block);
        }

        blocks.AddRange(recognised.Skip(next));
        var pages = recognised.Select(block => block.Page!.Value).Distinct().Order().ToList();
        var coverage = document.Coverage;
        var textless = (document.Textless ?? []).Except(pages).ToList();
        return document with
        {
            Blocks = blocks,
            Textless = textless,
            Warnings = Warnings(document, recognised, pages, textless),
            Coverage = coverage is null ? null : coverage with { Read = Math.Min(coverage.All, coverage.Read + pages.Count) },
        };
    }

    private static List<ExtractionWarning> Warnings(
        ExtractedDocument document, IReadOnlyList<TextBlock> recognised, List<int> pages, List<int> textless)
    {
        var warnings = (document.Warnings ?? []).Where(warning => warning.Code != WarningCodes.PagesWithoutText).ToList();
        if (textless.Count > 0)
        {
            warnings.Add(new ExtractionWarning(WarningCodes.PagesWithoutText, PageRanges.Of(textless), textless.Count));
        }

        // Longer texts say more about the whole.
        var characters = recognised.Sum(block => block.Text.Length);
        var confidence = recognised.Sum(block => (double)block.Confidence!.Value * block.Text.Length) / characters;
        warnings.Add(new ExtractionWarning(
            WarningCodes.TextRecognised,
            string.Create(CultureInfo.InvariantCulture, $"{PageRanges.Of(pages)} (confidence {confidence:0} %)"),
            pages.Count));
        return warnings;
    }
}
