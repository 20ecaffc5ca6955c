using RagAspire.Extraction;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Extraction;

public sealed class PdfPageTests
{
    [Theory]
    [SharedRows]
    [SampleRow("sample/handbook.pdf", "Opened sensors are inspected", 6)]
    [LargeRow("pdf/COSTCO_2023Q3_EARNINGS.pdf", "which included a", 1)]
    public async Task A_sentence_over_the_end_of_a_page_goes_on_on_the_next_one(
        string path, string words, int page)
    {
        await using var extractor = Samples.Extractor();

        var document = await extractor.ExtractAsync(
            Samples.Document(path), ContentTypes.Pdf, null, TestContext.Current.CancellationToken);

        var paragraph = Assert.Single(document.Blocks, block => block.Text.Contains(words, StringComparison.Ordinal));
        var next = document.Blocks[document.Blocks.ToList().IndexOf(paragraph) + 1];
        Assert.Equal((page, page + 1), (paragraph.Page, next.Page));
        Assert.True(next.Continues);
        Assert.True(char.IsLower(next.Text[0]), next.Text);
    }
}
