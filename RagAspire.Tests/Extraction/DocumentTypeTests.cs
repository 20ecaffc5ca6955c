using System.Text;
using RagAspire.Extraction;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Extraction;

public sealed class DocumentTypeTests
{
    [Theory]
    [SharedRows]
    [SampleRow("sample/handbook.pdf", ContentTypes.Pdf)]
    [SampleRow("sample/quality-circle.pptx", ContentTypes.PowerPoint)]
    [SampleRow("sample/visitors.docx", ContentTypes.Word)]
    [SampleRow("sample/stock.xlsx", ContentTypes.Excel)]
    [SampleRow("sample/garden.epub", ContentTypes.Epub)]
    [SampleRow("sample/letter.rtf", ContentTypes.Rtf)]
    [SampleRow("sample/catalogue.xml", ContentTypes.Xml)]
    [SampleRow("sample/shuttle.eml", ContentTypes.Mail)]
    [SampleRow("sample/kantine.html", ContentTypes.Html)]
    [SampleRow("sample/catalogue.json", ContentTypes.Json)]
    [SampleRow("sample/note-utf-16-be.txt", ContentTypes.Text)]
    [SampleRow("sample/visitors.odt", ContentTypes.OpenText)]
    [SampleRow("sample/stock.ods", ContentTypes.OpenSheet)]
    [SampleRow("sample/quality-circle.odp", ContentTypes.OpenSlides)]
    [SampleRow("sample/stock.xls", ContentTypes.OldExcel)]
    [SampleRow("sample/shuttle.msg", ContentTypes.OutlookMessage)]
    [SampleRow("sample/parking.mht", ContentTypes.Mail)]
    [SampleRow("sample/shifts.ics", ContentTypes.Calendar)]
    [SampleRow("sample/staff.vcf", ContentTypes.Contacts)]
    [SampleRow("sample/tour.srt", ContentTypes.Subtitles)]
    [SampleRow("sample/tour.vtt", ContentTypes.Subtitles)]
    [SampleRow("sample/leaks.ipynb", ContentTypes.Notebook)]
    [LargeRow("pdf/COSTCO_2023Q3_EARNINGS.pdf", ContentTypes.Pdf)]
    [LargeRow("office/simple.pptx", ContentTypes.PowerPoint)]
    [LargeRow("office/docx-shapes.docx", ContentTypes.Word)]
    [LargeRow("office/vodafone.xlsx", ContentTypes.Excel)]
    [LargeRow("office/winter-sports.epub", ContentTypes.Epub)]
    [LargeRow("office/eng_spa_mult.rtf", ContentTypes.Rtf)]
    [LargeRow("office/factbook.xml", ContentTypes.Xml)]
    [LargeRow("office/factbook-utf-16.xml", ContentTypes.Xml)]
    [LargeRow("office/fake-email.txt", ContentTypes.Mail)]
    [LargeRow("office/email-no-utf8-2008-07-16.062410.eml", ContentTypes.Mail)]
    [LargeRow("office/fake-html-lang-de.html", ContentTypes.Html)]
    [LargeRow("office/example-steelJIS-datasheet-utf-16.html", ContentTypes.Html)]
    [LargeRow("office/single-line-object.json", ContentTypes.Json)]
    [LargeRow("office/fake-text-utf-16-le.txt", ContentTypes.Text)]
    [LargeRow("office/fake-text-utf-16-be.txt", ContentTypes.Text)]
    public async Task Content_decides_even_with_a_wrong_name(string path, string expected)
    {
        var content = await File.ReadAllBytesAsync(Samples.Document(path), TestContext.Current.CancellationToken);

        var type = await DetectAsync(content, "holiday.jpg");

        Assert.Equal(expected, type.ContentType);
        Assert.True(type.IsSupported);
    }

    [Theory]
    [InlineData("notes.md", ContentTypes.Markdown)]
    [InlineData("notes.csv", ContentTypes.Csv)]
    [InlineData("notes.txt", ContentTypes.Text)]
    [InlineData("notes.pdf", ContentTypes.Text)]
    [InlineData(null, ContentTypes.Text)]
    public async Task Among_texts_that_look_alike_the_name_decides(string? name, string expected)
    {
        var type = await DetectAsync("One, two and three\nfour, five"u8.ToArray(), name);

        Assert.Equal(expected, type.ContentType);
    }

    [Theory]
    [InlineData("# Title\n\n## Part\n\n- [link](x)\n\n```\ncode\n```", ContentTypes.Markdown)]
    [InlineData("a;b;c\n1;2;3\n4;5;6\n", ContentTypes.Csv)]
    [InlineData("{\"a\": 1}\n{\"a\": 2}\n", ContentTypes.Json)]
    [InlineData("[link](target) is Markdown", ContentTypes.Text)]
    [InlineData("<!-- note -->\n<!DOCTYPE html>\n<p>Hi", ContentTypes.Html)]
    [InlineData("<rss version=\"2.0\"><channel/></rss>", ContentTypes.Xml)]
    [InlineData("Subject: a remark\n\nThat is all.", ContentTypes.Text)]
    [InlineData("Subject: a remark\nFrom: me@example.com\n\nThat is all.", ContentTypes.Mail)]
    [InlineData("Every PDF starts with %PDF-1.7, says the standard.", ContentTypes.Text)]
    public async Task Without_a_known_extension_the_content_decides(string text, string expected)
    {
        var type = await DetectAsync(Encoding.UTF8.GetBytes(text), "upload");

        Assert.Equal(expected, type.ContentType);
    }

    [Theory]
    [InlineData("utf-16", "Größe, Länge und Breite")]
    [InlineData("utf-16", "今天天气很好，我们去公园散步。")]
    [InlineData("utf-32", "Plain words")]
    [InlineData("windows-1252", "Größe, Länge und Breite für Bücher")]
    [InlineData("shift_jis", "今日は天気がいいので、公園を散歩しましょう。")]
    [InlineData("koi8-r", "Съешь же ещё этих мягких французских булок")]
    public async Task Text_of_any_encoding_is_text(string encoding, string text)
    {
        var content = Encoding.GetEncoding(encoding);

        var bare = await DetectAsync(content.GetBytes(text), "file.txt");
        var marked = await DetectAsync([.. content.GetPreamble(), .. content.GetBytes(text)], "file.txt");

        Assert.Equal(ContentTypes.Text, marked.ContentType);
        Assert.True(bare.ContentType == ContentTypes.Text || encoding == "utf-32", bare.ContentType);
    }

    [Theory]
    [InlineData("47494638396101000100", "PNG, JPEG or TIFF")]
    [InlineData("1F8B0800000000000003", "unpack")]
    [InlineData("377ABCAF271C0004", "unpack")]
    [InlineData("7F454C4602010100", "Supported are PDF")]
    [InlineData("000102030405060708090A0B0C0D0E0F", "Supported are PDF")]
    [InlineData("49443303000000000000", "transcript")]
    public async Task Other_files_are_rejected_with_advice(string hex, string reason)
    {
        var type = await DetectAsync(Convert.FromHexString(hex), "document.pdf");

        Assert.False(type.IsSupported);
        Assert.Contains(reason, type.Refusal, StringComparison.Ordinal);
    }

    [Theory]
    [SharedRows]
    [SampleRow("sample/hostile/protected.xlsx")]
    [LargeRow("office/password_protected.xlsx")]
    public async Task A_protected_workbook_is_distinguished_from_an_old_one(string path)
    {
        var content = await File.ReadAllBytesAsync(Samples.Document(path), TestContext.Current.CancellationToken);

        var type = await DetectAsync(content, "password_protected.xlsx");

        Assert.Equal(new DocumentType(ContentTypes.ProtectedOffice), type);
    }

    [Theory]
    [InlineData("word/document.xml", ContentTypes.Word)]
    [InlineData("xl/workbook.xml", ContentTypes.Excel)]
    [InlineData("ppt/presentation.xml", ContentTypes.PowerPoint)]
    [InlineData("META-INF/container.xml", ContentTypes.Epub)]
    public async Task The_type_of_a_zip_file_without_directory_is_detected(string entry, string expected)
    {
        var zip = Samples.Zip((entry, new string('x', 5000)));

        var type = await DetectAsync(zip[..^80], "cut.zip");

        Assert.Equal(expected, type.ContentType);
    }

    [Theory]
    [InlineData("xl/workbook.bin", ".xlsx")]
    [InlineData("visio/document.xml", "Visio")]
    [InlineData("Index/Document.iwa", "Keynote")]
    public async Task Other_zip_files_are_rejected_by_their_contents(string entry, string reason)
    {
        var type = await DetectAsync(Samples.Zip((entry, "x")), "a.docx");

        Assert.Contains(reason, type.Refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("89504E470D0A1A0A0000000D49484452", ContentTypes.Png)]
    [InlineData("FFD8FFE000104A4649460001", ContentTypes.Jpeg)]
    [InlineData("4D4D002A00000008", ContentTypes.Tiff)]
    public async Task Pictures_whose_text_can_be_recognised_are_accepted(string hex, string expected) =>
        Assert.Equal(new DocumentType(expected), await DetectAsync(Convert.FromHexString(hex), "scan"));

    [Fact]
    public async Task Detection_restores_the_position_of_the_stream()
    {
        using var stream = new MemoryStream(Samples.Zip(("word/document.xml", "x"))) { Position = 7 };

        await DocumentType.DetectAsync(stream, null, TestContext.Current.CancellationToken);

        Assert.Equal(7, stream.Position);
    }

    private static async Task<DocumentType> DetectAsync(byte[] content, string? name)
    {
        using var stream = new MemoryStream(content);
        return await DocumentType.DetectAsync(stream, name, TestContext.Current.CancellationToken);
    }
}
