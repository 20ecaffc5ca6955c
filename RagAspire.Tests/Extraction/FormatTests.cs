using System.Text;
using System.Text.Json;
using RagAspire.Extraction;

namespace RagAspire.Tests.Extraction;

/// <summary>The structure that each format keeps, on small files.</summary>
public sealed class FormatTests
{
    [Fact]
    public void Markdown_keeps_headings_lists_tables_and_code()
    {
        var document = Samples.Read(ContentTypes.Markdown, """
            ---
            title: "The guide"
            ---
            # Start
            Some *running* text
            over two lines.

            1. first
            2. second
               - below

            | Name | Size |
            |------|------|
            | a    | 1    |

            ```sh
            make   all
            ```
            """);

        Assert.Equal("The guide", document.Title);
        Assert.Equal(
            [
                new(BlockKind.Heading, "Start", 1),
                new(BlockKind.Paragraph, "Some running text over two lines."),
                new(BlockKind.ListItem, "1. first"),
                new(BlockKind.ListItem, "2. second"),
                new(BlockKind.ListItem, "- below"),
                new(BlockKind.Table, "Name | Size\na | 1"),
                new(BlockKind.Code, "make   all"),
            ],
            document.Blocks);
    }

    [Theory]
    [InlineData("---\ntitle: Pumps\nyear: 2026\ndraft: true\nsite: 'Hall 2'\ntags: [oil, \"air, dry\"]\n---\nText",
        """{"draft":true,"site":"Hall 2","tags":["oil","air, dry"],"year":2026}""")]
    [InlineData("---\ntags:\n  - oil\n  - air # dry\nurl: https://a.example/#top\ncode: 007\nrate: -1.5 # per cent\n---\nText",
        """{"code":"007","rate":-1.5,"tags":["oil","air"],"url":"https://a.example/#top"}""")]
    [InlineData("---\nauthor:\n  name: Ann\nnote: |\n  Two\n  lines\nempty:\nmap: {a: 1}\nit's: o'clock\n---\nText", "{}")]
    [InlineData("---\nmulti:\n  [a,\n   b]\nlast edit: 2026-03-31\n---\nText", """{"last_edit":"2026-03-31"}""")]
    [InlineData("+++\ntitle = \"Pumps\"\ndate = 2026-03-31\nweight=3\ntags = [\"oil\",\n  \"air\"]\n[extra]\nhidden = 1\n+++\nText",
        """{"date":"2026-03-31","tags":["oil","air"],"weight":3}""")]
    public void Front_matter_has_values_with_their_types(string page, string expected)
    {
        var values = Samples.Read(ContentTypes.Markdown, page).Properties;

        Assert.Equal(
            expected,
            JsonSerializer.Serialize(new SortedDictionary<string, JsonElement>(values.ToDictionary(), StringComparer.Ordinal)));
    }

    [Fact]
    public void Markdown_with_only_a_title_is_its_title()
    {
        var document = Samples.Read(ContentTypes.Markdown, "---\ntitle: Alerting\n---\n");

        Assert.Equal("Alerting", Assert.Single(document.Blocks).Text);
    }

    [Fact]
    public void Plain_text_joins_wrapped_lines_and_keeps_short_ones()
    {
        var document = Samples.Read(ContentTypes.Text, """
            This paragraph was wrapped by an editor after some seventy characters, so
            its lines are one text, and a sentence may go over the end of a line and
            end in the next.

            roses are red
            violets are blue
            """);

        Assert.Equal(2, document.Blocks.Count);
        Assert.DoesNotContain('\n', document.Blocks[0].Text);
        Assert.Equal("roses are red\nviolets are blue", document.Blocks[1].Text);
    }

    [Theory]
    [InlineData("windows-1251", "Широкая электрификация южных губерний даст мощный толчок подъёму сельского хозяйства.")]
    [InlineData("gb18030", "今天天气很好，我们去公园散步。你觉得怎么样？晚上一起吃饭吧。")]
    [InlineData("euc-kr", "오늘은 날씨가 좋아서 공원에서 산책을 했습니다.")]
    [InlineData("utf-16BE", "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.")]
    public void Text_in_old_code_pages_is_recognised(string encoding, string text)
    {
        var document = Samples.Read(ContentTypes.Text, Encoding.GetEncoding(encoding).GetBytes(text));

        Assert.Equal(text, document.Blocks[0].Text);
    }

    [Theory]
    [InlineData("a,b\n1,\"x, y\"\n", "a | b\n1 | x, y")]
    [InlineData("a;b\n1,5;2\n", "a | b\n1,5 | 2")]
    [InlineData("a\tb\n1\t2\n", "a | b\n1 | 2")]
    [InlineData("a,b,c\n1,,3\n", "a | b | c\n1 |  | 3")]
    public void Csv_becomes_rows_of_cells(string csv, string expected)
    {
        var block = Assert.Single(Samples.Read(ContentTypes.Csv, csv).Blocks);

        Assert.Equal(new TextBlock(BlockKind.Table, expected), block);
    }

    [Fact]
    public void A_missing_quote_does_not_swallow_the_rest_of_a_csv_file()
    {
        var block = Assert.Single(Samples.Read(ContentTypes.Csv, "a,b\n1,\"open\n2,two\n3,three\n").Blocks);

        Assert.EndsWith("2 | two\n3 | three", block.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_table_repeats_its_header_in_every_block()
    {
        var rows = Enumerable.Range(0, 20_000).Select(row => $"{row},value {row}");

        var document = Samples.Read(ContentTypes.Csv, "number,value\n" + string.Join('\n', rows));

        Assert.True(document.Blocks.Count > 1);
        Assert.All(document.Blocks, block => Assert.StartsWith("number | value\n", block.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Json_becomes_lines_of_paths_and_values_by_record()
    {
        var document = Samples.Read(ContentTypes.Json, """
            [{"name": "Trowel", "tags": ["a", "b"], "size": {"width": 2}, "none": null}, {"name": "Can", "stock": false}]
            """);

        Assert.Equal(
            ["name: Trowel\ntags: a, b\nsize.width: 2", "name: Can\nstock: false"],
            document.Blocks.Select(block => block.Text));
    }

    [Fact]
    public void Json_lines_are_read_up_to_the_damage()
    {
        var document = Samples.Read(ContentTypes.Json, "{\"a\": 1}\n{\"a\": 2}\n{\"a\": ");

        Assert.Equal(["a: 1", "a: 2"], document.Blocks.Select(block => block.Text));
    }

    [Fact]
    public void Xml_becomes_lines_by_record_and_keeps_mixed_content_together()
    {
        var document = Samples.Read(ContentTypes.Xml, """
            <?xml version="1.1"?><book xmlns="urn:x"><title>Guide</title><item price="3"><name>Trowel</name></item>
            <p>Text with <b>bold</b> words.</p></book>
            """);

        Assert.Equal("Guide", document.Title);
        Assert.Equal(
            ["Guide", "price: 3\nname: Trowel", "p: Text with bold words."],
            document.Blocks.Select(block => block.Text));
    }

    [Fact]
    public void Xml_that_is_not_well_formed_is_read_as_html()
    {
        var document = Samples.Read(ContentTypes.Xml, "<?xml version=\"1.0\"?><a & b><c>Still here</a>");

        Assert.Contains("Still here", document.Blocks[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mail_has_its_headers_its_text_and_the_names_of_its_attachments()
    {
        var document = Samples.Read(ContentTypes.Mail, """
            From: =?utf-8?q?J=C3=BCrgen?= <j@example.com>
            To: a@example.com
            Subject: Numbers
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=x

            --x
            Content-Type: text/html; charset=utf-8

            <p>See <b>below</b>.</p>
            --x
            Content-Type: text/plain
            Content-Disposition: attachment; filename=notes.txt

            A note.
            --x
            Content-Type: application/pdf
            Content-Disposition: attachment; filename=report.pdf
            Content-Transfer-Encoding: base64

            JVBERi0=
            --x--
            """.ReplaceLineEndings("\r\n"));

        Assert.Equal("Numbers", document.Title);
        Assert.Equal(
            ["Numbers", "From: Jürgen <j@example.com>\nTo: a@example.com", "See below.", "Attachments: notes.txt, report.pdf"],
            document.Blocks.Select(block => block.Text.Replace("\"", string.Empty, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_mailbox_has_the_text_of_all_its_mails()
    {
        var document = Samples.Read(ContentTypes.Mail, """
            From a@x Thu Jan  1 00:00:00 1970
            From: a@example.com
            Subject: One

            First.

            From b@x Thu Jan  1 00:00:00 1970
            From: b@example.com
            Subject: Two

            Second.
            """.ReplaceLineEndings("\n"));

        Assert.Equal(
            ["One", "From: a@example.com", "First.", "Two", "From: b@example.com", "Second."],
            document.Blocks.Select(block => block.Text));
    }

    [Fact]
    public void A_book_is_read_in_the_order_of_its_spine()
    {
        var document = Samples.Read(ContentTypes.Epub, Samples.Zip(
            ("mimetype", "application/epub+zip"),
            ("META-INF/container.xml", "<container><rootfiles><rootfile full-path=\"OPS/book.opf\"/></rootfiles></container>"),
            ("OPS/book.opf", """
                <package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>A Book</dc:title></metadata>
                <manifest><item id="b" href="text/b.xhtml"/><item id="a" href="text/a%20a.xhtml"/><item id="n" href="nav.xhtml" properties="nav"/></manifest>
                <spine><itemref idref="n"/><itemref idref="b"/><itemref idref="a"/></spine></package>
                """),
            ("OPS/nav.xhtml", "<html><body><p>Contents</p></body></html>"),
            ("OPS/text/a a.xhtml", "<html><body><p>Second</p></body></html>"),
            ("OPS/text/b.xhtml", "<html><body><h1>First</h1></body></html>")));

        Assert.Equal("A Book", document.Title);
        Assert.Equal(["First", "Second"], document.Blocks.Select(block => block.Text));
    }

    [Fact]
    public void Rtf_keeps_unicode_code_pages_tables_and_skips_hidden_text()
    {
        var document = Samples.Read(ContentTypes.Rtf, """
            {\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}{\f1\fcharset204 Arial;}}
            {\stylesheet{\s1 heading 1;}}{\info{\title The title}{\author Nobody}}{\*\generator Me;}{\header Top}
            {\pard\s1 Head\par}{\pard caf\'e9 {\f1 \'cf\'f0\'e8} \u8364?5 \uc2\u945ab {\v secret}{\field{\*\fldinst HYPERLINK "x"}{\fldrslt link}}\emdash end\par}
            {\pard{\pntext 1.\tab}item\par}
            \trowd\pard\intbl A\cell B\cell\row\pard\intbl 1\cell 2\cell\row\pard last\par}
            """);

        Assert.Equal("The title", document.Title);
        Assert.Equal(
            [
                new(BlockKind.Heading, "Head", 1),
                new(BlockKind.Paragraph, "café При €5 α link—end"),
                new(BlockKind.ListItem, "1. item"),
                new(BlockKind.Table, "A | B\n1 | 2"),
                new(BlockKind.Paragraph, "last"),
            ],
            document.Blocks);
    }
}
