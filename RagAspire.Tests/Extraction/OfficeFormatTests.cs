using RagAspire.Extraction;

namespace RagAspire.Tests.Extraction;

public sealed class OfficeFormatTests
{
    private const string OfficeRelations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    [Fact]
    public void Word_keeps_headings_lists_tables_boxes_and_notes()
    {
        var file = Samples.Word(
            """
            <w:p><w:pPr><w:pStyle w:val="H"/></w:pPr><w:r><w:t>Start</w:t></w:r></w:p>
            <w:p><w:r><w:t xml:space="preserve">Text </w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:r><w:footnoteReference w:id="2"/></w:r></w:p>
            <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr></w:pPr><w:r><w:t>first</w:t></w:r></w:p>
            <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr></w:pPr><w:r><w:t>second</w:t></w:r></w:p>
            <w:tbl><w:tr><w:tc><w:p><w:r><w:t>A</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>B</w:t></w:r></w:p></w:tc></w:tr>
            <w:tr><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>2</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
            <w:p><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>
            """,
            ("word/_rels/document.xml.rels", $"""
                <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
                <Relationship Id="a" Type="{OfficeRelations}/styles" Target="styles.xml"/><Relationship Id="b" Type="{OfficeRelations}/numbering" Target="numbering.xml"/>
                <Relationship Id="c" Type="{OfficeRelations}/footnotes" Target="footnotes.xml"/></Relationships>
                """),
            ("word/styles.xml", W("styles", "<w:style w:styleId='H'><w:name w:val='heading 2'/></w:style>")),
            ("word/numbering.xml", W("numbering", """
                <w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="(%1)"/></w:lvl></w:abstractNum>
                <w:num w:numId="7"><w:abstractNumId w:val="1"/></w:num>
                """)),
            ("word/footnotes.xml", W("footnotes", "<w:footnote w:id='2'><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote>")));

        var document = Samples.Read(ContentTypes.Word, file);

        Assert.Equal(
            [
                new(BlockKind.Heading, "Start", 2),
                new(BlockKind.Paragraph, "Text new"),
                new(BlockKind.Paragraph, "A note."),
                new(BlockKind.ListItem, "(iii) first"),
                new(BlockKind.ListItem, "(iv) second"),
                new(BlockKind.Table, "A | B\n1 | 2"),
                new(BlockKind.Paragraph, "boxed"),
            ],
            document.Blocks);
    }

    [Fact]
    public void A_package_without_relationships_is_read_from_its_parts()
    {
        var document = Samples.Read(ContentTypes.Word,
            Samples.Zip(("word/document.xml", W("document", "<w:body><w:p><w:r><w:t>Rescued</w:t></w:r></w:p></w:body>"))));

        Assert.Equal("Rescued", Assert.Single(document.Blocks).Text);
    }

    [Fact]
    public void A_truncated_document_keeps_the_text_before()
    {
        var document = Samples.Read(
            ContentTypes.Word,
            Samples.Zip(("word/document.xml",
                W("document", "<w:body><w:p><w:r><w:t>Before</w:t></w:r></w:p><w:p><w:r><w:t>Aft")[..^20])),
            keepsPartial: true);

        Assert.Equal("Before", document.Blocks[0].Text);
    }

    [Fact]
    public void A_workbook_shows_dates_percentages_and_results_as_displayed()
    {
        var file = Samples.Zip(
            ("xl/workbook.xml",
                $"<workbook xmlns:r=\"{OfficeRelations}\"><sheets><sheet name=\"Plan\" r:id=\"r1\"/></sheets></workbook>"),
            ("xl/_rels/workbook.xml.rels", $"""
                <Relationships><Relationship Id="r1" Type="{OfficeRelations}/worksheet" Target="worksheets/one.xml"/><Relationship Id="r2" Type="{OfficeRelations}/sharedStrings" Target="/xl/strings.xml"/>
                <Relationship Id="r3" Type="{OfficeRelations}/styles" Target="styles.xml"/></Relationships>
                """),
            ("xl/strings.xml", "<sst><si><t>When</t></si><si><r><t>How </t></r><r><t>much</t></r></si></sst>"),
            ("xl/styles.xml", """
                <styleSheet><numFmts><numFmt numFmtId="164" formatCode="[$-409]d\-mmm\-yy"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="10"/></cellXfs></styleSheet>
                """),
            ("xl/worksheets/one.xml", """
                <worksheet><sheetData><row r="2"><c r="B2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c><c r="D2" t="inlineStr"><is><t>Sum</t></is></c></row>
                <row r="3"><c r="B3" s="1"><v>45000</v></c><c r="C3" s="2"><v>0.125</v></c><c r="D3"><f>1+1</f><v>0.30000000000000004</v></c></row>
                <row r="9"><c r="B9" t="b"><v>1</v></c><c r="D9" t="str"><v>far</v></c></row></sheetData></worksheet>
                """));

        var document = Samples.Read(ContentTypes.Excel, file);

        Assert.Equal(
            [
                new(BlockKind.Heading, "Plan", 1, 1),
                new(BlockKind.Table, "When | How much | Sum\n2023-03-15 | 12.50% | 0.3", 0, 1),
                new(BlockKind.Table, "TRUE | far", 0, 1),
            ],
            document.Blocks);
    }

    private static string W(string root, string content) =>
        $"<w:{root} xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">{content}</w:{root}>";
}
