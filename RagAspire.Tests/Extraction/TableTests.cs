using RagAspire.Extraction;

namespace RagAspire.Tests.Extraction;

/// <summary>A value of a table stands under its name and beside its row, in every format.</summary>
public sealed class TableTests
{
    private const string Plan = "Plant | 2024 Early | 2024 Late | 2025 Early\nUlm | 120 | 80 | 131\nGraz | 64 | 52 | 70";

    private const string Halls = "Hall | Machine | Power\nWest | Lathe | 11\nWest | Mill | 15\nEast | Saw |  | spare";

    [Fact]
    public void Html_repeats_a_merged_value_in_each_row_and_column()
    {
        Assert.Equal(Halls, Table(ContentTypes.Html, """
            <table><tr><th>Hall</th><th>Machine</th><th>Power</th></tr><tr><td rowspan=2>West</td><td>Lathe</td><td>11</td></tr>
            <tr><td>Mill</td><td>15</td></tr><tr><td>East</td><td>Saw</td><td></td><td>spare</td></tr></table>
            """));
        Assert.Equal(Plan, Table(ContentTypes.Html, """
            <table><thead><tr><th rowspan=2>Plant</th><th colspan=2>2024</th><th>2025</th></tr><tr><th>Early</th><th>Late</th><th>Early</th></tr></thead>
            <tr><td>Ulm</td><td>120</td><td>80</td><td>131</td></tr><tr><td>Graz</td><td>64</td><td>52</td><td>70</td></tr></table>
            """));
    }

    [Fact]
    public void Word_repeats_a_merged_value_in_each_row_and_column()
    {
        var file = Samples.Word($"""
            <w:tbl><w:tr>{Cell("Hall")}{Cell("Machine")}{Cell("Power")}</w:tr>
            <w:tr>{Cell("West", "<w:vMerge w:val='restart'/>")}{Cell("Lathe")}{Cell("11")}</w:tr>
            <w:tr>{Cell("", "<w:vMerge/>")}{Cell("Mill")}{Cell("15")}</w:tr>
            <w:tr>{Cell("East")}{Cell("Saw")}{Cell("")}{Cell("spare")}</w:tr></w:tbl>
            """);

        Assert.Equal(Halls, Assert.Single(Samples.Read(ContentTypes.Word, file).Blocks).Text);
    }

    [Fact]
    public void A_workbook_repeats_a_merged_value_and_joins_two_rows_of_names()
    {
        var file = Samples.Zip(
            ("xl/workbook.xml", "<workbook xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'><sheets><sheet name='S' r:id='r1'/></sheets></workbook>"),
            ("xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id='r1' Type='x/worksheet' Target='s.xml'/></Relationships>"),
            ("xl/s.xml", $"""
                <worksheet><sheetData><row r="1">{Text("A1", "Plant")}{Text("B1", "2024")}{Text("D1", "2025")}</row>
                <row r="2">{Text("B2", "Early")}{Text("C2", "Late")}{Text("D2", "Early")}</row>
                <row r="3">{Text("A3", "Ulm")}<c r="B3"><v>120</v></c><c r="C3"><v>80</v></c><c r="D3"><v>131</v></c></row>
                <row r="4">{Text("A4", "Graz")}<c r="B4"><v>64</v></c><c r="C4"><v>52</v></c><c r="D4"><v>70</v></c></row></sheetData>
                <mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/></mergeCells></worksheet>
                """));

        Assert.Equal(Plan, Samples.Read(ContentTypes.Excel, file).Blocks[1].Text);
    }

    [Fact]
    public void Rtf_repeats_a_merged_value_in_each_row() => Assert.Equal(Halls, Table(ContentTypes.Rtf, """
        {\rtf1 \trowd\cellx1\cellx2\cellx3\intbl Hall\cell Machine\cell Power\cell\row
        \trowd\clvmgf\cellx1\cellx2\cellx3\intbl West\cell Lathe\cell 11\cell\row
        \trowd\clvmrg\cellx1\cellx2\cellx3\intbl \cell Mill\cell 15\cell\row
        \trowd\cellx1\cellx2\cellx3\cellx4\intbl East\cell Saw\cell \cell spare\cell\row \pard}
        """));

    [Fact]
    public void Pdf_places_values_by_their_position()
    {
        var file = DrawnPdf.Page(
        [
            new(60, 780, "Model"), new(160, 780, "Volt"), new(260, 780, "Weight"), new(360, 780, "Price"),
            new(60, 760, "KX-10"), new(160, 760, "230"), new(260, 760, "12 kg"), new(360, 760, "490"),
            new(60, 740, "KX-20"), new(160, 740, "400"), new(360, 740, "720"),
            new(160, 720, "110"), new(260, 720, "9 kg"), new(360, 720, "80"),
        ]);

        Assert.Equal(
            "Model | Volt | Weight | Price\nKX-10 | 230 | 12 kg | 490\nKX-20 | 400 |  | 720\n| 110 | 9 kg | 80",
            Assert.Single(Samples.Read(ContentTypes.Pdf, file).Blocks).Text);
    }

    [Theory]
    [InlineData("a,b\n\"27\"\" wide\",\"one\ntwo\"\n3\" pipe,x\n", "a | b\n27\" wide | one two\n3\" pipe | x")]
    [InlineData("id,text\n1,\"say \\\"stop\\\", then\"\n2,x\n", "id | text\n1 | say \"stop\", then\n2 | x")]
    [InlineData("a,b\n1,x|y\n2,z\n", "a | b\n1 | x\\|y\n2 | z")]
    public void Csv_keeps_quotes_and_bars_that_belong_to_a_value(string csv, string expected) =>
        Assert.Equal(expected, Table(ContentTypes.Csv, csv));

    [Fact]
    public void Text_above_the_values_of_a_csv_file_is_no_header()
    {
        var document = Samples.Read(ContentTypes.Csv, "Report, made by Kim\nPeriod: May; June\n\nArticle;Shelf;Count\nGlue;B4;70\nTape;C9;15\n");

        Assert.Equal("Article | Shelf | Count\nGlue | B4 | 70\nTape | C9 | 15", document.Blocks[^1].Text);
        Assert.All(document.Blocks.Take(document.Blocks.Count - 1), block => Assert.Equal(BlockKind.Paragraph, block.Kind));
    }

    [Fact]
    public void A_table_of_many_columns_names_each_value()
    {
        var columns = Enumerable.Range(0, 40).ToList();

        var document = Samples.Read(ContentTypes.Csv,
            string.Join(',', columns.Select(column => $"The long name of column {column}")) + "\n" + string.Join(',', columns.Select(column => $"v{column}")));

        Assert.Contains("The long name of column 33: v33", document.Blocks[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_reads_a_table_of_html_over_its_empty_lines() => Assert.Equal(
        "Tier | Calls\nFree | 100",
        Table(ContentTypes.Markdown, "<table>\n<tr><th>Tier</th><th>Calls</th></tr>\n\n<tr><td>Free</td><td>100</td></tr>\n</table>\n"));

    private static string Table(string contentType, string content) =>
        Assert.Single(Samples.Read(contentType, content).Blocks, block => block.Kind == BlockKind.Table).Text;

    private static string Cell(string text, string properties = "") =>
        $"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>";

    private static string Text(string place, string text) => $"<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>";
}
