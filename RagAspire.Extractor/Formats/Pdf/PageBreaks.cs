namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>Joins a paragraph that continues on the next page, on the page where it begins.</summary>
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
                here[^1] = here[^1] with
                {
                    Text = BlockBuilder.Joined(here[^1].Text, next[0].Text),
                    Lines = here[^1].Lines + next[0].Lines,
                };
                next.RemoveAt(0);
            }
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
