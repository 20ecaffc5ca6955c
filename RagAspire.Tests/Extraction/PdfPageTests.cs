using RagAspire.Extraction;

namespace RagAspire.Tests.Extraction;

public sealed class PdfPageTests
{
    [Fact]
    public async Task A_sentence_that_goes_over_the_end_of_a_page_is_whole_and_on_the_page_where_it_begins()
    {
        await using var extractor = Samples.Extractor();

        var document = await extractor.ExtractAsync(
            Samples.Shared("pdf/COSTCO_2023Q3_EARNINGS.pdf"), ContentTypes.Pdf, null, TestContext.Current.CancellationToken);

        var paragraph = Assert.Single(document.Blocks, block => block.Text.Contains("which included a", StringComparison.Ordinal));
        Assert.Equal(1, paragraph.Page);
        Assert.EndsWith(".", paragraph.Text, StringComparison.Ordinal);
    }
}
