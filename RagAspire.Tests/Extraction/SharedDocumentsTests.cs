using System.Collections.Concurrent;
using RagAspire.Extraction;
using RagAspire.Ingestion.Extraction;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Extraction;

/// <summary>Documents of all formats through the real extractor processes.</summary>
public sealed class SharedDocumentsTests(SharedDocumentsTests.Fixture fixture) : IClassFixture<SharedDocumentsTests.Fixture>
{
    [Theory]
    [SharedRows]
    [SampleRow("sample/handbook.pdf", 1,
        "Havenbrook Instruments was founded in 1974 by Marta Lindqvist in a former boathouse at the river Ovel.")]
    [SampleRow("sample/handbook.pdf", 6, "HB-350 | 1,400 litres per minute | 25 bar")]
    [LargeRow("pdf/COSTCO_2023Q3_EARNINGS.pdf", 1,
        "Net sales for the quarter increased 1.9 percent, to $52.60 billion, from $51.61 billion last year.")]
    [LargeRow("pdf/COSTCO_2023Q3_EARNINGS.pdf", 2,
        "Costco currently operates 853 warehouses, including 587 in the United States and Puerto Rico")]
    [LargeRow("pdf/COSTCO_2023Q3_EARNINGS.pdf", 1, "the third quarter (twelve weeks) and the first 36 weeks of fiscal 2023")]
    [LargeRow("pdf/MCDONALDS_8K_dated-2023-08-14.pdf", 3, "issued $600.0 million of its 4.800% Medium-Term Notes due 2028")]
    [LargeRow("pdf/INTEL_2022Q4_EARNINGS.pdf", 2, "Client Computing Group (CCG) | $6.6 billion | down 36%")]
    [LargeRow("pdf/INTEL_2022Q4_EARNINGS.pdf", 8, "Net revenue | $14,042 | $20,528 | $63,054 | $79,024")]
    [LargeRow("pdf/KRAFTHEINZ_2016_10K.pdf", 22,
        "As of December 31, 2016, we operated 87 manufacturing and processing facilities.")]
    [LargeRow("pdf/VERIZON_2020_10K.pdf", 4, "Verizon Communications Inc.")]
    public async Task A_sentence_is_found_on_its_page(string file, int page, string expected)
    {
        var document = await fixture.ReadAsync(file);

        Assert.Contains(document.Blocks, block => block.Page == page && block.Text.Contains(expected, StringComparison.Ordinal));
    }

    [Theory]
    [SharedRows]
    [SampleRow("sample/handbook.pdf", 10, 1, "1 Founding", "Havenbrook Instruments Handbook 2")]
    [LargeRow("pdf/VERIZON_2020_10K.pdf", 154, 14, "Item 1A. Risk Factors", "Verizon 2020 Annual Report on Form 10-K")]
    public async Task A_report_keeps_its_headings_and_loses_its_page_numbers(
        string path, int pages, int page, string heading, string footer)
    {
        var document = await fixture.ReadAsync(path);

        Assert.Equal(pages, document.Pages);
        Assert.Contains(document.Blocks, block => block.Kind == BlockKind.Heading && block.Page == page && block.Text == heading);
        Assert.DoesNotContain(document.Blocks, block => block.Text.EndsWith(footer, StringComparison.Ordinal));
    }

    [Theory]
    [SharedRows]
    [SampleRow("sample/quality-circle.pptx", "Next steps", "- New core boxes for hall 2")]
    [LargeRow("office/simple.pptx", "Things to think about", "- Where have all the flowers gone?")]
    public async Task A_presentation_has_a_page_for_each_slide_and_its_title_as_heading(string path, string title, string item)
    {
        var document = await fixture.ReadAsync(path);

        Assert.Equal(2, document.Pages);
        Assert.Contains(new TextBlock(BlockKind.Heading, title, 1, 2), document.Blocks);
        Assert.Contains(document.Blocks, block => block is { Page: 2, Kind: BlockKind.ListItem } && block.Text == item);
    }

    [Theory]
    [SharedRows]
    [SampleRow("sample/stock.xlsx", "Stock", "Rotor HB-350 | B1 | 940")]
    [LargeRow("office/vodafone.xlsx", "Index", "Mobile churn | Nine quarters to 30 June 2023 | 11")]
    public async Task A_workbook_has_its_sheets_and_tables(string path, string sheet, string row)
    {
        var document = await fixture.ReadAsync(path);

        Assert.Equal(sheet, document.Blocks[0].Text);
        Assert.Contains(document.Blocks, block => block.Kind == BlockKind.Table && block.Page == 1
            && block.Text.Contains(row, StringComparison.Ordinal));
    }

    [Theory]
    [SharedRows]
    [SampleRow("sample/visitors.docx", "b) Wear the safety glasses in halls 1 to 3.")]
    [SampleRow("sample/visitors.docx", "Site security | 311")]
    [SampleRow("sample/letter.rtf", "Viele Grüße aus Ovelstad, con razón y conciencia")]
    [SampleRow("sample/garden.epub", "Tomato seeds are sown indoors in March")]
    [SampleRow("sample/kantine.html", "Fisch mit Kartoffeln | 6,20")]
    [SampleRow("sample/shuttle.eml", "It leaves five minutes earlier.")]
    [SampleRow("sample/rowing.csv", "Herons | Brennick | 37")]
    [SampleRow("sample/catalogue.xml", "1,400 litres per minute")]
    [SampleRow("sample/catalogue.json", "name: Leak sensor LS-9")]
    [SampleRow("sample/note-utf-16-be.txt", "The pump of basin two was replaced on Tuesday.")]
    [SampleRow("sample/lagerliste-latin-1.md", "Dichtungen können nachbestellt werden")]
    [LargeRow("office/eng_spa_mult.docx", "Todos los seres humanos nacen libres e iguales")]
    [LargeRow("office/eng_spa_mult.rtf", "dotados como están de razón y conciencia")]
    [LargeRow("office/eng_spa_mult.epub", "Todos los seres humanos nacen libres e iguales")]
    [LargeRow("office/docx-shapes.docx", "<floating-shape>")]
    [LargeRow("office/example-list-items-multiple.docx", "b) The quick brown fox jumps over the lazy dog.")]
    [LargeRow("office/fake-power-point-malformed.pptx", "Test Slide")]
    [LargeRow("office/fake-text-utf-16-be.txt", "This is a test document to use for unit tests.")]
    [LargeRow("office/stanley-cups-utf-16.csv", "Maple Leafs | TOR | 13")]
    [LargeRow("office/stanley-cups-with-emoji.csv", "👨")]
    [LargeRow("office/umlauts-non-utf8.md", "können")]
    [LargeRow("office/email-no-utf8-2008-07-16.062410.eml", "סלבה היקר")]
    [LargeRow("office/factbook-utf-16.xml", "leader: Emmanuel Macron")]
    [LargeRow("office/arbitrary-records.json", "name: Watering Can")]
    [LargeRow("office/example-steelJIS-datasheet-utf-16.html", "0.39 - 0.46 | 0.2 - 0.35 | 0.65 - 1.1")]
    [LargeRow("hostile/FontMatrix-1.pdf", "ABC")]
    public async Task The_text_of_a_sample_is_read(string path, string expected)
    {
        var document = await fixture.ReadAsync(path);

        Assert.Contains(document.Blocks, block => block.Text.Contains(expected, StringComparison.Ordinal));
    }

    [Theory]
    [SharedRows]
    [SampleRow("sample/hostile/encrypted.pdf", Reasons.Encrypted)]
    [SampleRow("sample/hostile/protected.xlsx", Reasons.Encrypted)]
    [SampleRow("sample/hostile/scanned.pdf", Reasons.Scanned)]
    [SampleRow("sample/hostile/empty.pdf", Reasons.Empty)]
    [SampleRow("sample/hostile/no-objects.pdf", Reasons.Damaged)]
    [LargeRow("hostile/encrypted-password-is-password.pdf", Reasons.Encrypted)]
    [LargeRow("hostile/password.pdf", Reasons.Encrypted)]
    [LargeRow("hostile/GHOSTSCRIPT-688999-2.pdf", Reasons.Scanned)]
    [LargeRow("hostile/EmptyPdf.pdf", Reasons.Empty)]
    [LargeRow("hostile/StackOverflow_Issue_1122.pdf", Reasons.Damaged)]
    public async Task An_unreadable_file_has_a_reason(string path, string reason)
    {
        var unreadable = await Assert.ThrowsAsync<UnreadableDocumentException>(() => fixture.ReadAsync(path));

        Assert.Equal(reason, unreadable.Message);
    }

    public sealed class Fixture : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, Lazy<Task<ExtractedDocument>>> _read = new();

        public TextExtractor Extractor { get; } = Samples.Extractor(options => options.OcrLanguages = string.Empty);

        /// <summary>Reads each document once, for all tests.</summary>
        public Task<ExtractedDocument> ReadAsync(string path) =>
            _read.GetOrAdd(path, _ => new Lazy<Task<ExtractedDocument>>(() => ReadOnceAsync(path))).Value;

        private async Task<ExtractedDocument> ReadOnceAsync(string path)
        {
            var file = Samples.Document(path);
            await using var stream = File.OpenRead(file);
            var type = await DocumentType.DetectAsync(stream, file, TestContext.Current.CancellationToken);
            return await Extractor.ExtractAsync(file, type.ContentType, null, TestContext.Current.CancellationToken);
        }

        public ValueTask DisposeAsync() => Extractor.DisposeAsync();
    }
}
