using System.IO.Compression;
using System.Text;
using RagAspire.Extraction;
using RagAspire.Ingestion.Extraction;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Extraction;

/// <summary>Files made to break a reader: each ends soon, in text or in a reason, and does not affect the next one.</summary>
public sealed class HostileFileTests(HostileFileTests.Fixture fixture) : IClassFixture<HostileFileTests.Fixture>
{
    private const int Deep = 100_000;

    public static TheoryData<string, string> Nested => new()
    {
        { ContentTypes.Json, new string('[', Deep) },
        { ContentTypes.Json, string.Concat(Enumerable.Repeat("{\"a\":", Deep)) + "\"deep\"" + new string('}', Deep) },
        { ContentTypes.Html, string.Concat(Enumerable.Repeat("<div>", Deep)) + "deep" },
        { ContentTypes.Html, string.Concat(Enumerable.Repeat("<table><tr><td>", Deep / 10)) + "deep" },
        { ContentTypes.Html, string.Concat(Enumerable.Repeat("<b><p>", Deep / 10)) + "deep" },
        { ContentTypes.Xml, string.Concat(Enumerable.Repeat("<a>", Deep)) + "deep"
            + string.Concat(Enumerable.Repeat("</a>", Deep)) },
        { ContentTypes.Markdown, new string('>', Deep) + " deep" },
        { ContentTypes.Markdown, string.Concat(Enumerable.Repeat("[a](", Deep / 10)) },
        { ContentTypes.Markdown, string.Concat(Enumerable.Repeat("*a **b ", Deep / 10)) },
        { ContentTypes.Rtf, @"{\rtf1 " + new string('{', Deep) + "deep" + new string('}', Deep) + "}" },
        { ContentTypes.Pdf, "%PDF-1.4\n1 0 obj\n" + new string('[', Deep) + "\nendobj\ntrailer << /Root 1 0 R >>" },
        { ContentTypes.Pdf, "%PDF-1.4\n1 0 obj\n" + string.Concat(Enumerable.Repeat("<< /A ", Deep))
            + "\nendobj\ntrailer << /Root 1 0 R >>" },
        { ContentTypes.Csv, new string('"', Deep) + new string(',', Deep) },
        { ContentTypes.Mail, NestedMail(2000) },
        { ContentTypes.Notebook, "{\"cells\":" + new string('[', Deep) },
        { ContentTypes.Calendar, string.Concat(Enumerable.Repeat("BEGIN:VEVENT\n", Deep)) + "SUMMARY:deep" },
        { ContentTypes.OpenText, "<x:document xmlns:x=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\"><x:body><x:text>"
            + string.Concat(Enumerable.Repeat("<x:section>", Deep)) },
        { ContentTypes.OpenSheet, "<x:document xmlns:x=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\"><x:body><x:spreadsheet>"
            + string.Concat(Enumerable.Repeat("<x:table>", Deep)) },
    };

    [Theory]
    [MemberData(nameof(Nested), DisableDiscoveryEnumeration = true)]
    public async Task Deep_nesting_ends_in_text_or_in_a_reason(string contentType, string content)
    {
        await fixture.EndsAsync(contentType, Encoding.UTF8.GetBytes(content));
        await fixture.StillReadsAsync();
    }

    [Theory]
    [InlineData(ContentTypes.Word)]
    [InlineData(ContentTypes.Excel)]
    [InlineData(ContentTypes.PowerPoint)]
    [InlineData(ContentTypes.Epub)]
    [InlineData(ContentTypes.OpenText)]
    [InlineData(ContentTypes.Zip)]
    public async Task A_zip_bomb_is_rejected_by_its_unpacked_size(string contentType)
    {
        var reason = await fixture.EndsAsync(contentType, Bomb());

        Assert.Contains("unpacks to more than", reason, StringComparison.Ordinal);
        await fixture.StillReadsAsync();
    }

    [Fact]
    public async Task A_zip_file_with_too_many_files_is_rejected()
    {
        var files = Enumerable.Range(0, 1500).Select(number => ($"word/{number}.xml", string.Empty)).ToArray();

        var reason = await fixture.EndsAsync(ContentTypes.Word, Samples.Zip(files));

        Assert.Contains("contains more than 1000 files", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ContentTypes.Xml)]
    [InlineData(ContentTypes.Word)]
    [InlineData(ContentTypes.OpenText)]
    public async Task Entities_that_expand_to_billions_are_rejected(string contentType)
    {
        var bomb = new StringBuilder("<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a0 \"ha\">");
        for (var level = 1; level < 30; level++)
        {
            bomb.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"<!ENTITY a{level} \"&a{level - 1};&a{level - 1};&a{level - 1};&a{level - 1};\">");
        }

        bomb.Append("]><w:document xmlns:w=\"x\"><w:body><w:p><w:r><w:t>&a29;</w:t></w:r></w:p></w:body></w:document>");
        var content = contentType == ContentTypes.Xml
            ? Encoding.UTF8.GetBytes(bomb.ToString())
            : Samples.Zip(("word/document.xml", bomb.ToString()), ("content.xml", bomb.ToString()));

        Assert.NotNull(await fixture.EndsAsync(contentType, content));
        await fixture.StillReadsAsync();
    }

    [Fact]
    public async Task An_external_entity_is_not_read_from_the_file_system()
    {
        using var secret = await Samples.WriteAsync("the secret"u8.ToArray(), "secret.txt");
        var xml = $"<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file://{secret.Path}\">]>"
            + "<x><a>open</a><b>&e;</b></x>";
        using var file = await Samples.WriteAsync(Encoding.UTF8.GetBytes(xml));

        var document = await fixture.Extractor.ExtractAsync(
            file.Path, ContentTypes.Xml, null, TestContext.Current.CancellationToken);

        Assert.DoesNotContain(document.Blocks, block => block.Text.Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [SharedRows]
    [SampleRow("sample/handbook.pdf", .98)]
    [SampleRow("sample/handbook.pdf", .93)]
    [LargeRow("pdf/INTEL_2022Q4_EARNINGS.pdf", .98)]
    [LargeRow("pdf/INTEL_2022Q4_EARNINGS.pdf", .93)]
    public async Task A_truncated_pdf_keeps_its_remaining_pages(string path, double part)
    {
        var whole = await File.ReadAllBytesAsync(Samples.Document(path), TestContext.Current.CancellationToken);
        using var file = await Samples.WriteAsync(whole[..(int)(whole.Length * part)]);

        var document = await fixture.Extractor.ExtractAsync(
            file.Path, ContentTypes.Pdf, null, TestContext.Current.CancellationToken);

        Assert.Contains(document.Blocks, block => block.Text.Length > 200);
    }

    [Theory]
    [InlineData(
        "%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj 2 0 obj << /Type /Pages /Kids [2 0 R] /Count 1 >> "
        + "endobj trailer << /Root 1 0 R >>")]
    [InlineData(
        "%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj 2 0 obj << /Type /Pages /Kids [3 0 R] /Count 999999999 >> "
        + "endobj 3 0 obj << /Type /Page /Parent 3 0 R /Contents 3 0 R >> endobj trailer << /Root 1 0 R >>")]
    [InlineData("%PDF-1.7\n1 0 obj 1 0 R endobj trailer << /Root 1 0 R /Prev 0 >> startxref 0 %%EOF")]
    [InlineData("%PDF-1.7")]
    [InlineData("%PDF-1.7\nxref\n0 4000000000\ntrailer << /Size 4000000000 >> startxref 9 %%EOF")]
    public async Task A_pdf_that_refers_to_itself_ends_in_a_reason(string pdf)
    {
        Assert.NotNull(await fixture.EndsAsync(ContentTypes.Pdf, Encoding.ASCII.GetBytes(pdf)));
        await fixture.StillReadsAsync();
    }

    private static byte[] Bomb()
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            string[] names = ["word/document.xml", "xl/workbook.xml", "ppt/presentation.xml", "META-INF/container.xml", "content.xml"];
            foreach (var name in names)
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
                entry.Write("<document><body>"u8);
                var zeros = Encoding.ASCII.GetBytes(new string(' ', 1024 * 1024));
                for (var megabytes = 0; megabytes < 40; megabytes++)
                {
                    entry.Write(zeros);
                }
            }
        }

        return memory.ToArray();
    }

    private static string NestedMail(int depth)
    {
        var mail = new StringBuilder();
        for (var level = 0; level < depth; level++)
        {
            mail.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"From: a@b\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n");
        }

        return mail.ToString();
    }

    public sealed class Fixture : IAsyncDisposable
    {
        public TextExtractor Extractor { get; } = Samples.Extractor(options =>
        {
            options.MaxInflatedMegabytes = 32;
            options.MaxEntries = 1000;
            options.StallLimit = TimeSpan.FromSeconds(60);
        });

        /// <returns>The reason; null when text was found.</returns>
        public async Task<string?> EndsAsync(string contentType, byte[] content)
        {
            using var file = await Samples.WriteAsync(content);
            try
            {
                var document = await Extractor.ExtractAsync(file.Path, contentType, null, TestContext.Current.CancellationToken);
                Assert.NotEmpty(document.Blocks);
                return null;
            }
            catch (UnreadableDocumentException unreadable)
            {
                Assert.True(unreadable.Message.Length > 20, unreadable.Message);
                return unreadable.Message;
            }
        }

        public async Task StillReadsAsync() => Assert.Null(await EndsAsync(ContentTypes.Text, "Still alive."u8.ToArray()));

        public ValueTask DisposeAsync() => Extractor.DisposeAsync();
    }
}
