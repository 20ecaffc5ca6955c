using System.Collections.Concurrent;
using RagAspire.Extraction;
using RagAspire.Ingestion.Extraction;

namespace RagAspire.Tests.Extraction;

/// <summary>The shared samples through the real extractor processes.</summary>
public sealed class SharedDocumentsTests(SharedDocumentsTests.Fixture fixture) : IClassFixture<SharedDocumentsTests.Fixture>
{
    [Fact]
    public async Task Every_document_ends_in_text_or_in_a_reason()
    {
        var files = Directory.GetFiles(Samples.Shared("."), "*", SearchOption.AllDirectories);
        var failures = new ConcurrentBag<string>();
        var read = 0;

        await Parallel.ForEachAsync(files, TestContext.Current.CancellationToken, async (path, cancellationToken) =>
        {
            await using var stream = File.OpenRead(path);
            var type = await DocumentType.DetectAsync(stream, path, cancellationToken);
            try
            {
                var document = type.IsSupported ? await fixture.Extractor.ExtractAsync(path, type.ContentType, null, cancellationToken) : null;
                Interlocked.Add(ref read, document is null ? 0 : 1);
                if (document?.Blocks.All(block => block.Text.Length == 0) == true)
                {
                    failures.Add($"{path}: no text and no reason");
                }
            }
            catch (UnreadableDocumentException unreadable)
            {
                if (unreadable.Message is Reasons.Crashed or Reasons.TooSlow or Reasons.TooMuchMemory || unreadable.Message.Length < 20)
                {
                    failures.Add($"{path}: {unreadable.Message}");
                }
            }
        });

        Assert.Empty(failures);
        Assert.InRange(read, 210, files.Length);
    }

    [Theory]
    [InlineData("COSTCO_2023Q3_EARNINGS.pdf", 1, "Net sales for the quarter increased 1.9 percent, to $52.60 billion, from $51.61 billion last year.")]
    [InlineData("COSTCO_2023Q3_EARNINGS.pdf", 2, "Costco currently operates 853 warehouses, including 587 in the United States and Puerto Rico")]
    [InlineData("COSTCO_2023Q3_EARNINGS.pdf", 1, "the third quarter (twelve weeks) and the first 36 weeks of fiscal 2023")]
    [InlineData("MCDONALDS_8K_dated-2023-08-14.pdf", 3, "issued $600.0 million of its 4.800% Medium-Term Notes due 2028")]
    [InlineData("INTEL_2022Q4_EARNINGS.pdf", 2, "Client Computing Group (CCG) | $6.6 billion | down 36%")]
    [InlineData("INTEL_2022Q4_EARNINGS.pdf", 8, "Net revenue | $14,042 | $20,528 | $63,054 | $79,024")]
    [InlineData("KRAFTHEINZ_2016_10K.pdf", 22, "As of December 31, 2016, we operated 87 manufacturing and processing facilities.")]
    [InlineData("VERIZON_2020_10K.pdf", 4, "Verizon Communications Inc.")]
    public async Task A_sentence_of_a_filing_is_found_on_its_page(string file, int page, string expected)
    {
        var document = await fixture.ReadAsync("pdf/" + file);

        Assert.Contains(document.Blocks, block => block.Page == page && block.Text.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_filing_keeps_its_headings_and_loses_its_page_numbers()
    {
        var document = await fixture.ReadAsync("pdf/VERIZON_2020_10K.pdf");

        Assert.Equal(154, document.Pages);
        Assert.Contains(document.Blocks, block => block is { Kind: BlockKind.Heading, Page: 14, Text: "Item 1A. Risk Factors" });
        Assert.DoesNotContain(document.Blocks, block => block.Text.EndsWith("Verizon 2020 Annual Report on Form 10-K", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_presentation_has_a_page_for_each_slide_and_its_title_as_heading()
    {
        var document = await fixture.ReadAsync("office/simple.pptx");

        Assert.Equal(2, document.Pages);
        Assert.Contains(new TextBlock(BlockKind.Heading, "Things to think about", 1, 2), document.Blocks);
        Assert.Contains(document.Blocks, block => block is { Page: 2, Kind: BlockKind.ListItem, Text: "- Where have all the flowers gone?" });
    }

    [Fact]
    public async Task A_workbook_has_its_sheets_and_tables()
    {
        var document = await fixture.ReadAsync("office/vodafone.xlsx");

        Assert.Equal("Index", document.Blocks[0].Text);
        Assert.Contains(document.Blocks, block => block.Kind == BlockKind.Table && block.Page == 1
            && block.Text.Contains("Mobile churn | Nine quarters to 30 June 2023 | 11", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("office/eng_spa_mult.docx", "Todos los seres humanos nacen libres e iguales")]
    [InlineData("office/eng_spa_mult.rtf", "dotados como están de razón y conciencia")]
    [InlineData("office/eng_spa_mult.epub", "Todos los seres humanos nacen libres e iguales")]
    [InlineData("office/docx-shapes.docx", "<floating-shape>")]
    [InlineData("office/example-list-items-multiple.docx", "b) The quick brown fox jumps over the lazy dog.")]
    [InlineData("office/fake-power-point-malformed.pptx", "Test Slide")]
    [InlineData("office/fake-text-utf-16-be.txt", "This is a test document to use for unit tests.")]
    [InlineData("office/stanley-cups-utf-16.csv", "Maple Leafs | TOR | 13")]
    [InlineData("office/stanley-cups-with-emoji.csv", "👨")]
    [InlineData("office/umlauts-non-utf8.md", "können")]
    [InlineData("office/email-no-utf8-2008-07-16.062410.eml", "סלבה היקר")]
    [InlineData("office/factbook-utf-16.xml", "leader: Emmanuel Macron")]
    [InlineData("office/arbitrary-records.json", "name: Watering Can")]
    [InlineData("office/example-steelJIS-datasheet-utf-16.html", "0.39 - 0.46 | 0.2 - 0.35 | 0.65 - 1.1")]
    [InlineData("hostile/FontMatrix-1.pdf", "ABC")]
    public async Task What_is_written_in_a_sample_is_read(string path, string expected)
    {
        var document = await fixture.ReadAsync(path);

        Assert.Contains(document.Blocks, block => block.Text.Contains(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("hostile/encrypted-password-is-password.pdf", Reasons.Encrypted)]
    [InlineData("hostile/password.pdf", Reasons.Encrypted)]
    [InlineData("hostile/GHOSTSCRIPT-688999-2.pdf", Reasons.Scanned)]
    [InlineData("hostile/EmptyPdf.pdf", Reasons.Empty)]
    [InlineData("hostile/StackOverflow_Issue_1122.pdf", Reasons.Damaged)]
    public async Task What_cannot_be_read_says_why(string path, string reason)
    {
        var unreadable = await Assert.ThrowsAsync<UnreadableDocumentException>(() => fixture.ReadAsync(path));

        Assert.Equal(reason, unreadable.Message);
    }

    public sealed class Fixture : IAsyncDisposable
    {
        public TextExtractor Extractor { get; } = Samples.Extractor();

        public async Task<ExtractedDocument> ReadAsync(string path)
        {
            var file = Samples.Shared(path);
            await using var stream = File.OpenRead(file);
            var type = await DocumentType.DetectAsync(stream, file, TestContext.Current.CancellationToken);
            return await Extractor.ExtractAsync(file, type.ContentType, null, TestContext.Current.CancellationToken);
        }

        public ValueTask DisposeAsync() => Extractor.DisposeAsync();
    }
}
