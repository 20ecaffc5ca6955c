using System.Text;
using RagAspire.Extraction;

namespace RagAspire.Tests.Extraction;

/// <summary>A part that cannot be read costs itself only, and is said.</summary>
public sealed class NothingLostTests
{
    [Theory]
    [InlineData("windows-874", "ตรวจสอบปั๊มทุกวันจันทร์เวลาแปดโมงเช้า")]
    [InlineData("windows-1250", "Příliš žluťoučký kůň úpěl ďábelské ódy. Čerpadlo se kontroluje každé pondělí.")]
    [InlineData("shift_jis", "氏名,部署\n佐藤,経理")]
    [InlineData("iso-2022-jp", "ポンプは毎週月曜日に点検します。")]
    [InlineData("windows-1252", "Prüfung am Gerät")]
    [InlineData("koi8-r", "Насос проверяют каждый понедельник в восемь часов утра.")]
    public void Short_texts_in_old_code_pages_are_recognised(string encoding, string text) =>
        Assert.Equal(text, Samples.Read(ContentTypes.Text, Encoding.GetEncoding(encoding).GetBytes(text)).Blocks[0].Text);

    [Fact]
    public void Lines_in_different_encodings_are_read_each_by_itself()
    {
        byte[] file = [.. Encoding.UTF8.GetBytes("Prüfung eins\n"), .. Encoding.Latin1.GetBytes("Prüfung zwei\n"), .. Encoding.UTF8.GetBytes("Prüfung drei\n")];

        var document = Samples.Read(ContentTypes.Text, file);

        Assert.Equal("Prüfung eins\nPrüfung zwei\nPrüfung drei", document.Blocks[0].Text);
        Assert.Equal(new ExtractionWarning(WarningCodes.EncodingMixed, "utf-8 and windows-1252", 1), Assert.Single(document.Warnings!));
    }

    [Fact]
    public void Colours_of_a_terminal_are_no_text() => Assert.Equal(
        "ERROR code 7\nnext", Samples.Read(ContentTypes.Text, "\u001b[31mERROR\u001b[0m code 7\n\u001b]0;title\u0007next").Blocks[0].Text);

    [Fact]
    public void A_damaged_record_costs_itself_and_is_counted()
    {
        var document = Samples.Read(ContentTypes.Json, "{\"a\": 1}\n{\"a\":2,\"b\":\"cut\n{\"a\": 3}\n{\"a\": NaN}\n{\"a\":\n{\"a\": 5}\n");

        Assert.Equal(["a: 1", "a: 2", "a: 3", "a: NaN", "a: 5"], document.Blocks.Select(block => block.Text));
        Assert.Equal(new ExtractionWarning(WarningCodes.RecordsUnreadable, "line 2", 2), Assert.Single(document.Warnings!));
    }

    [Theory]
    [InlineData("<html xmlns='http://www.w3.org/1999/xhtml'><head><title/><script src='a.js'/></head><body><p>It opens at 2.4 metres.</p></body></html>")]
    [InlineData("<?xml version='1.0'?><html><body><div id='a>b'/><p><![CDATA[It opens at 2.4 metres.]]></p></body></html>")]
    public void An_element_that_closes_itself_does_not_take_the_rest_of_the_page(string page) =>
        Assert.Equal("It opens at 2.4 metres.", Samples.Read(ContentTypes.Html, page).Blocks[0].Text);

    [Fact]
    public void A_page_loses_its_menus_and_banners_and_keeps_its_text()
    {
        var document = Samples.Read(ContentTypes.Html, """
            <header><a href=/>Home</a></header><div class="cookie-banner">We use cookies. Accept</div><ul class="menu"><li><a href=/a>Category 1</a></li></ul>
            <main><h1>Seal</h1><p>Change it after 900 hours.</p><footer>By Kim</footer></main><footer>Imprint</footer>
            """);

        Assert.Equal(["Seal", "Change it after 900 hours.", "By Kim"], document.Blocks.Select(block => block.Text));
        Assert.Equal("- Only a menu", Samples.Read(ContentTypes.Html, "<nav><ul><li><a href=/>Only a menu</a></ul></nav>").Blocks[0].Text);
    }

    [Fact]
    public void Indentation_that_means_something_is_kept()
    {
        const string settings = "pump:\n  limit: 45\n  schedule:\n    - monday";

        Assert.Equal(new TextBlock(BlockKind.Code, settings), Assert.Single(Samples.Read(ContentTypes.Text, settings).Blocks));
    }

    [Fact]
    public void A_mail_shows_the_body_that_a_reader_sees_its_forwarded_message_and_what_is_attached()
    {
        var (document, attached) = Samples.Open(ContentTypes.Mail, Encoding.UTF8.GetBytes($"""
            From: a@example.com
            Subject: Move
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=x

            --x
            Content-Type: multipart/alternative; boundary=y

            --y
            Content-Type: text/plain

            Your program cannot show HTML.
            --y
            Content-Type: text/html

            <p>The delivery moves to dock 14.</p>
            --y--
            --x
            Content-Type: message/rfc822

            From: b@example.com
            Subject: Quote
            Content-Type: text/plain; format=flowed; delsp=yes

            The quote is the sec {' '}
            ond one.
            --x
            Content-Type: text/csv; name=list.csv
            Content-Disposition: attachment; filename=list.csv

            a,b
            1,2
            --x--
            """.Replace("sec  ", "sec ", StringComparison.Ordinal).ReplaceLineEndings("\r\n")));

        Assert.Equal(
            ["Move", "From: a@example.com", "The delivery moves to dock 14.", "Quote", "From: b@example.com", "The quote is the second one.",
             "Attachments: list.csv"],
            document.Blocks.Select(block => block.Text.Replace("\"", string.Empty, StringComparison.Ordinal)));
        var (name, content) = Assert.Single(attached);
        Assert.Equal(("list.csv", "a,b\r\n1,2"), (name, Encoding.UTF8.GetString(content)));
    }

    [Fact]
    public void Running_lines_of_a_report_go_and_the_numbers_of_short_pages_stay()
    {
        var report = FivePages(page =>
        [
            new(60, 810, "Annual report of the works"), new(60, 30, $"Page {page} of 5"),
            .. Enumerable.Range(0, 10).Select(line => new DrawnPdf.Drawn(60, 740 - (40 * line), $"Line {line} of page {page} says {page * line}.")),
        ]);
        var labels = FivePages(page => [new(60, 800, $"Serial number {52000 + page}"), new(60, 780, "Tested")]);

        Assert.DoesNotContain(report.Blocks, block => block.Text.Contains("Annual", StringComparison.Ordinal) || block.Text.Contains(" of 5", StringComparison.Ordinal));
        Assert.Equal(50, report.Blocks.Count);
        Assert.All(Enumerable.Range(1, 5), page => Assert.Contains(labels.Blocks, block => block.Page == page && block.Text == $"Serial number {52000 + page} Tested"));
    }

    private static ExtractedDocument FivePages(Func<int, IReadOnlyList<DrawnPdf.Drawn>> page) =>
        Samples.Read(ContentTypes.Pdf, DrawnPdf.Of([.. Enumerable.Range(1, 5).Select(page)]));

    [Fact]
    public void Pages_without_text_are_said()
    {
        var document = Samples.Read(ContentTypes.Pdf, DrawnPdf.Of([new(60, 780, "One.")], [], [], [new(60, 780, "Four.")]));

        Assert.Equal(new ExtractionWarning(WarningCodes.PagesWithoutText, "2-3", 2), Assert.Single(document.Warnings!));
        Assert.Equal(new Coverage("page", 2, 4), document.Coverage);
    }

    [Fact]
    public void A_slide_is_read_from_top_to_bottom()
    {
        const string frame = "<p:spPr><a:xfrm><a:off x='0' y='{0}'/><a:ext cx='9' cy='9'/></a:xfrm></p:spPr>";
        string Shape(string text, int top) =>
            $"<p:sp><p:nvSpPr><p:nvPr/></p:nvSpPr>{string.Format(System.Globalization.CultureInfo.InvariantCulture, frame, top)}<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>";

        var document = Samples.Read(ContentTypes.PowerPoint, Samples.Zip(
            ("ppt/presentation.xml", "<p:presentation xmlns:p='p'/>"),
            ("ppt/_rels/presentation.xml.rels", "<Relationships><Relationship Id='r1' Type='x/slide' Target='slide1.xml'/></Relationships>"),
            ("ppt/slide1.xml", $"<p:sld xmlns:p='p' xmlns:a='a'><p:cSld><p:spTree>{Shape("Third", 900)}{Shape("First", 300)}{Shape("Second", 600)}</p:spTree></p:cSld></p:sld>")));

        Assert.Equal(["First", "Second", "Third"], document.Blocks.Select(block => block.Text));
    }
}
