using RagAspire.Extraction;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Extraction;

public sealed class PdfPageTests
{
    [Theory]
    [SharedRows]
    [SampleRow("sample/handbook.pdf", "Opened sensors are inspected", 6)]
    [LargeRow("pdf/COSTCO_2023Q3_EARNINGS.pdf", "which included a", 1)]
    public async Task A_sentence_over_the_end_of_a_page_is_joined_on_its_first_page(
        string path, string words, int page)
    {
        await using var extractor = Samples.Extractor();

        var document = await extractor.ExtractAsync(
            Samples.Document(path), ContentTypes.Pdf, null, TestContext.Current.CancellationToken);

        var paragraph = Assert.Single(document.Blocks, block => block.Text.Contains(words, StringComparison.Ordinal));
        Assert.Equal(page, paragraph.Page);
        Assert.EndsWith(".", paragraph.Text, StringComparison.Ordinal);
    }
}
