using System.Text;
using RagAspire.Extraction;
using RagAspire.Ingestion.Extraction;

namespace RagAspire.Tests.Extraction;

/// <summary>
/// Files of megabytes that are nested, unclosed or empty, each of which took its parser minutes: they end in seconds of
/// processor time, in text or in a reason.
/// </summary>
public sealed class NestedFileTests(NestedFileTests.Fixture fixture) : IClassFixture<NestedFileTests.Fixture>
{
    private const int Bytes = 2_000_000;

    public static TheoryData<string, string, string> Repeated => new()
    {
        // Content type, what is repeated, and what stands before it.
        { ContentTypes.Html, "<div>", "" },
        { ContentTypes.Html, "<div/>x", "" },
        { ContentTypes.Html, "<div></x>", "" },
        { ContentTypes.Html, "<rt>", "" },
        { ContentTypes.Html, "<ul><li>", "" },
        { ContentTypes.Html, "<dl><dd>", "" },
        { ContentTypes.Html, "<table><tr><td>", "" },
        { ContentTypes.Html, "<b><p>x", "" },
        { ContentTypes.Html, "<p>x", "" },
        { ContentTypes.Html, "<p>y</p><li>x", "<ol>" },
        { ContentTypes.Html, "<b>x<tr>", "<table>" },
        { ContentTypes.Html, "<div>", "<title><!--</title>" },
        { ContentTypes.Html, "<div><a b='></div>'>", "" },
        { ContentTypes.Markdown, "> ", "" },
        { ContentTypes.Markdown, "- ", "" },
        { ContentTypes.Markdown, "1. ", "" },
        { ContentTypes.Markdown, "[a](", "" },
        { ContentTypes.Markdown, "[a\n", "" },
        { ContentTypes.Markdown, "<!-- ", "x " },
        { ContentTypes.Markdown, "<? ", "x " },
        { ContentTypes.Markdown, "*a **b ", "" },
        { ContentTypes.Markdown, "x|y\n", "a|b\n-|-\n" },
        { ContentTypes.Markdown, "[a]: x '\n", "" },
        { ContentTypes.Markdown, "<div>\n\n", "" },
        { ContentTypes.Markdown, "\n", "- - - - - - - - - - - - - - - - - - - - - - x\n" },
        { ContentTypes.Json, "[1,", "" },
        { ContentTypes.Json, "{\"a\":1,\"b\":", "" },
        { ContentTypes.Csv, "\"a\n", "a,b\n" },
        { ContentTypes.Xml, "<a>", "" },
        { ContentTypes.Rtf, "{x", "{\\rtf1 " },
        { ContentTypes.Mail, "Content-Type: message/rfc822\r\n\r\n", "" },
        { ContentTypes.Code, "// x\n", "" },
        { ContentTypes.Code, "int f(int a)\n", "" },
        { ContentTypes.Code, "a ", "" },
        { ContentTypes.Calendar, "X:=\n", "BEGIN:VEVENT\n" },
        { ContentTypes.Calendar, " x\n", "BEGIN:VEVENT\nSUMMARY:" },
        { ContentTypes.Contacts, "NOTE;ENCODING=QUOTED-PRINTABLE:=\n", "BEGIN:VCARD\n" },
        { ContentTypes.Contacts, "=\n", "BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:" },
        { ContentTypes.Subtitles, "0:0 --> 0:0\n<", "" },
        { ContentTypes.Subtitles, "a. ", "1\n0:0 --> 0:0\n" },
        { ContentTypes.Notebook, "{\"cells\":[", "" },
        { ContentTypes.OpenText, "<text:p>", "<x:body xmlns:x='urn:oasis:names:tc:opendocument:xmlns:office:1.0' xmlns:text='t'><x:text>" },
        { ContentTypes.OpenSheet, "<t:table-row><t:table-cell t:number-columns-repeated='99999'/></t:table-row>",
            "<x:body xmlns:x='urn:oasis:names:tc:opendocument:xmlns:office:1.0' xmlns:t='t'><x:spreadsheet><t:table>" },
        { ContentTypes.Text, "\u0301\u0316", "a" },
    };

    [Theory]
    [MemberData(nameof(Repeated), DisableDiscoveryEnumeration = true)]
    public Task A_repeated_beginning_ends_soon(string contentType, string part, string before) =>
        fixture.EndsSoonAsync(contentType, Encoding.UTF8.GetBytes(before + Repeat(part, Bytes) + "x"));

    [Fact]
    public Task Nested_multiparts_end_soon()
    {
        var mail = Numbered(
            Bytes, level => $"From: a@b\r\nContent-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n");
        return fixture.EndsSoonAsync(ContentTypes.Mail, Encoding.UTF8.GetBytes(mail));
    }

    [Theory]
    [InlineData("<w:p/>")]
    [InlineData("<w:p></w:p>")]
    [InlineData("<w:p><w:r/></w:p>")]
    [InlineData("<w:x/>")]
    public async Task Empty_elements_without_end_are_refused(string element)
    {
        var reason = await fixture.EndsSoonAsync(ContentTypes.Word, Samples.Word(Repeat(element, 150_000_000)));

        Assert.Contains("hardly any text", reason, StringComparison.Ordinal);
    }

    [Fact]
    public Task Attributes_without_end_end_soon() => fixture.EndsSoonAsync(
        ContentTypes.Word, Samples.Word($"<w:p {Numbered(3_000_000, number => $"a{number}=\"\" ")}/>"));

    [Fact]
    public Task Stairs_of_lists_end_soon() => fixture.EndsSoonAsync(
        ContentTypes.Markdown, Encoding.UTF8.GetBytes(Numbered(Bytes, level => new string(' ', 2 * level) + "- x\n")));

    [Theory]
    [InlineData("[r{0}]: x\n")]
    [InlineData("[^{0}]: x\n")]
    public Task Numbered_references_end_soon(string reference) => fixture.EndsSoonAsync(
        ContentTypes.Markdown,
        Encoding.UTF8.GetBytes(Numbered(Bytes, number => reference.Replace("{0}", $"{number}", StringComparison.Ordinal))));

    [Fact]
    public Task Default_attributes_end_soon()
    {
        var defaults = Numbered(Bytes / 4, number => $"b{number} CDATA \"x\" ");
        var xml = $"<!DOCTYPE r [<!ATTLIST a {defaults}>]><r>{Repeat("<a/>", Bytes / 4)}<b>x</b></r>";
        return fixture.EndsSoonAsync(ContentTypes.Xml, Encoding.UTF8.GetBytes(xml));
    }

    [Fact]
    public Task A_long_name_before_many_values_ends_soon() => fixture.EndsSoonAsync(
        ContentTypes.Json, Encoding.UTF8.GetBytes($"{{\"{new string('x', Bytes / 2)}\":[{Repeat("1,", Bytes / 2)}1]}}"));

    [Fact]
    public void Long_markdown_keeps_its_structure_where_it_is_cut()
    {
        var chapters = Numbered(200_000, number => $"# Chapter {number}\n\nText of *chapter* {number}.\n\n- one\n- two\n\n");
        var blocks = Samples.Read(ContentTypes.Markdown, chapters).Blocks;

        Assert.All(blocks.Chunk(4), (chapter, number) => Assert.Equal(
            [
                new(BlockKind.Heading, $"Chapter {number}", 1), new(BlockKind.Paragraph, $"Text of chapter {number}."),
                new(BlockKind.ListItem, "- one"), new TextBlock(BlockKind.ListItem, "- two"),
            ],
            chapter));
    }

    private static string Repeat(string part, int length) =>
        new StringBuilder(length).Insert(0, part, length / part.Length).ToString();

    private static string Numbered(int length, Func<int, string> part)
    {
        var text = new StringBuilder(length);
        for (var number = 0; text.Length < length; number++)
        {
            text.Append(part(number));
        }

        return text.ToString();
    }

    public sealed class Fixture : IAsyncDisposable
    {
        // Measured up to 4 s in a new process; processor time, because other tests run meanwhile.
        private readonly TextExtractor _extractor = Samples.Extractor(options => (options.TimeLimit, options.TimeLimitPerMegabyte)
            = (TimeSpan.FromSeconds(8), TimeSpan.Zero));

        /// <returns>The reason; null when text was found.</returns>
        public async Task<string?> EndsSoonAsync(string contentType, byte[] content)
        {
            using var file = await Samples.WriteAsync(content);
            try
            {
                await _extractor.ExtractAsync(file.Path, contentType, null, TestContext.Current.CancellationToken);
                return null;
            }
            catch (UnreadableDocumentException unreadable)
            {
                string[] expensive = [Reasons.TooSlow, Reasons.Crashed, Reasons.TooMuchMemory];
                Assert.DoesNotContain(unreadable.Message, expensive);
                return unreadable.Message;
            }
        }

        public ValueTask DisposeAsync() => _extractor.DisposeAsync();
    }
}
