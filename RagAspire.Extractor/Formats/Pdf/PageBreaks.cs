namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>Finds paragraphs that continue on the next page; each page keeps its own part of them.</summary>
internal static class PageBreaks
{
    private const double SizeChange = .08;

    /// <param name="pages">The blocks of each page in order; modified.</param>
    public static void Join(IReadOnlyList<List<PdfBlock>> pages, PdfHeadings headings)
    {
        for (var page = pages.Count - 2; page >= 0; page--)
        {
            var (here, next) = (pages[page], pages[page + 1]);
            if (here.Count > 0 && next.Count > 0 && GoesOn(here[^1], next[0], headings))
            {
                Join(here, next);
            }
        }
    }

    /// <summary>A word that is hyphenated over the border belongs to the page on which it begins.</summary>
    private static void Join(List<PdfBlock> here, List<PdfBlock> next)
    {
        var text = BlockBuilder.Joined(here[^1].Text, next[0].Text);
        var cut = text.Length - next[0].Text.Length;
        if (!char.IsWhiteSpace(text[cut - 1]))
        {
            cut = text.IndexOf(' ', cut) is >= 0 and var space ? space : text.Length;
        }

        here[^1] = here[^1] with { Text = text[..cut].TrimEnd() };
        next[0] = next[0] with { Text = text[cut..].TrimStart(), Continues = true };
        if (next[0].Text.Length == 0)
        {
            next.RemoveAt(0);
        }
    }

    private static bool GoesOn(PdfBlock before, PdfBlock after, PdfHeadings headings) =>
        !before.IsTable && !after.IsTable
        && before.Text.Length > 40
        && (char.IsLetterOrDigit(before.Text[^1]) || before.Text[^1] is ',' or '-' or '\u00ad' or '\u2010')
        && after.Text.Length > 0 && char.IsLower(after.Text[0])
        && Math.Abs(before.Size - after.Size) <= SizeChange * before.Size
        && headings.Level(before) == 0 && headings.Level(after) == 0;
}
