using System.Text;
using RagAspire.Extraction;

namespace RagAspire.Tests.Extraction;

/// <summary>Web pages, on small files.</summary>
public sealed class HtmlFormatTests
{
    [Fact]
    public void A_web_page_is_its_text_without_scripts_and_navigation()
    {
        var document = Samples.Read(ContentTypes.Html, """
            <!DOCTYPE html><html><head><title>Page</title><style>p { color: red }</style></head><body>
            <nav><a href="/">Home</a></nav><script>alert(1)</script><div style="display: none">hidden</div>
            <h2>Part</h2><p>One<br>two &amp; three</p><ol start="3"><li>third<li>fourth</ol>
            <table><tr><th>A</th><th></th><th>B</th></tr><tr><td>1</td><td></td><td>2</td></tr></table>
            <pre>x
              y</pre></body></html>
            """);

        Assert.Equal("Page", document.Title);
        Assert.Equal(
            [
                new(BlockKind.Heading, "Part", 2),
                new(BlockKind.Paragraph, "One\ntwo & three"),
                new(BlockKind.ListItem, "3. third"),
                new(BlockKind.ListItem, "4. fourth"),
                new(BlockKind.Table, "A | B\n1 | 2"),
                new(BlockKind.Code, "x\n  y"),
            ],
            document.Blocks);
    }

    [Theory]
    [InlineData("utf-8", "<p>Größe")]
    [InlineData("windows-1252", "<meta charset=windows-1252><p>Größe")]
    [InlineData("iso-8859-2", "<meta http-equiv=Content-Type content='text/html; charset=iso-8859-2'><p>Größe žluťoučký")]
    [InlineData("shift_jis", "<meta charset=shift_jis><p>今日は天気がいい")]
    [InlineData("utf-16", "<p>Größe und mehr")]
    public void A_web_page_is_decoded_by_its_declared_encoding(string encoding, string html)
    {
        var document = Samples.Read(ContentTypes.Html, Encoding.GetEncoding(encoding).GetBytes(html));

        Assert.Equal(html[(html.IndexOf("<p>", StringComparison.Ordinal) + 3)..], document.Blocks[0].Text);
    }

    [Fact]
    public void A_page_that_is_nested_deeper_than_browsers_allow_keeps_its_text_and_the_blocks_after_it()
    {
        var opened = string.Concat(Enumerable.Repeat("<div>", 100_000));
        var closed = string.Concat(Enumerable.Repeat("</div>", 100_000));

        var document = Samples.Read(ContentTypes.Html, $"<p>1 < 2</p>{opened}deep<!-- <div> -->{closed}<h2>After</h2><p>it</p>");

        Assert.Equal(
            [
                new(BlockKind.Paragraph, "1 < 2"),
                new(BlockKind.Paragraph, "deep"),
                new(BlockKind.Heading, "After", 2),
                new(BlockKind.Paragraph, "it"),
            ],
            document.Blocks);
    }
}
