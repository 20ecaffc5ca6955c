using System.Globalization;
using System.Runtime.CompilerServices;
using System.Xml;
using System.Xml.Linq;
using RagAspire.Extractor.Tables;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>
/// The body of a Word document in order: headings by style, lists with their numbers, tables, text boxes and notes at
/// their anchors. Read block by block, so that the text before damage is kept.
/// </summary>
internal sealed class WordReader(OfficePart main, DocumentSink sink)
{
    private const int MaxSpan = 50;

    private readonly WordStyles _styles = new(main.RelatedFor("styles").FirstOrDefault()?.TryLoad());
    private readonly WordNumbering _numbering = new(main.RelatedFor("numbering").FirstOrDefault()?.TryLoad());
    private readonly WordNotes _notes = new(main);
    private readonly WordParts _parts = new(main);

    public void Read()
    {
        foreach (var header in _parts.Edges("header"))
        {
            sink.Paragraph(header);
        }

        Body();
        foreach (var footer in _parts.Edges("footer"))
        {
            sink.Paragraph(footer);
        }

        OfficeObjects.TakeOut(main, sink);
    }

    private void Body()
    {
        using var stream = main.Open();
        using var reader = SafeXml.Reader(stream ?? Stream.Null);
        var blocks = 0;
        while (!reader.EOF)
        {
            if (reader.NodeType == XmlNodeType.Element
                && reader.LocalName is "p" or "tbl" or "sdt" or "customXml" or "altChunk" or "AlternateContent")
            {
                Block(SafeXml.ReadElement(reader));
                if (++blocks % 500 == 0)
                {
                    sink.Progress(0);
                }
            }
            else if (!reader.Read())
            {
                break;
            }
        }
    }

    private void Block(XElement block)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (block.LocalName())
        {
            case "p" when !block.HasElements:
                break;
            case "p":
                Paragraph(block);
                break;
            case "tbl":
                Table(block);
                break;
            case "altChunk":
                Embedded(block);
                break;
            case "del" or "moveFrom" or "sectPr":
                break;
            case "AlternateContent":
                Blocks(WordText.Chosen(block));
                break;
            default:
                Blocks(block);
                break;
        }
    }

    private void Blocks(XElement? container)
    {
        foreach (var block in container?.Elements() ?? [])
        {
            Block(block);
        }
    }

    private void Paragraph(XElement paragraph)
    {
        var text = new WordText(paragraph);
        var properties = paragraph.Child("pPr");
        var marker = text.IsEmpty ? null : _numbering.Next(_styles.Numbering(properties));
        var level = _styles.HeadingLevel(properties);
        if (level > 0)
        {
            sink.Heading(level, (marker is "- " ? null : marker) + text.Text);
        }
        else if (marker is not null)
        {
            sink.ListItem(marker + text.Text);
        }
        else
        {
            sink.Paragraph(text.Text);
        }

        foreach (var box in text.Boxes)
        {
            Blocks(box);
        }

        After(text);
    }

    private void After(WordText text)
    {
        foreach (var note in text.Notes)
        {
            sink.Paragraph(_notes.Text(note));
        }

        foreach (var extra in _parts.Anchored(text.Anchors))
        {
            sink.Any(extra);
        }
    }

    private void Table(XElement table)
    {
        var rows = table.Elements().SelectMany(WordText.RowsOf).ToList();
        if (rows.TrueForAll(row => CellsOf(row).Count() <= 1))
        {
            // A table with one column only frames its text.
            foreach (var cell in rows.SelectMany(CellsOf))
            {
                Blocks(cell);
            }

            return;
        }

        sink.Table(Grid(rows));
        foreach (var row in rows)
        {
            After(new WordText(row));
        }
    }

    private static IEnumerable<XElement> CellsOf(XElement row) => row.Elements().SelectMany(WordText.CellsOf);

    private static TableGrid Grid(List<XElement> rows)
    {
        var grid = new MergedRows();
        foreach (var row in rows)
        {
            var properties = row.Child("trPr");
            grid.StartRow(IsOn(properties.Child("tblHeader")));
            for (var skipped = NumberOf(properties.Child("gridBefore"), 0); skipped > 0; skipped--)
            {
                grid.Add(string.Empty);
            }

            foreach (var cell in CellsOf(row))
            {
                var merge = cell.Child("tcPr").Child("vMerge");
                grid.Add(
                    WordText.Flat(cell), Math.Max(1, NumberOf(cell.Child("tcPr").Child("gridSpan"), 1)),
                    merge is not null && merge.Value("val") is not "restart");
            }
        }

        return grid.ToGrid();
    }

    private static int NumberOf(XElement? property, int otherwise) =>
        int.TryParse(property.Value("val"), CultureInfo.InvariantCulture, out var value) ? Math.Clamp(value, 0, MaxSpan) : otherwise;

    private static bool IsOn(XElement? property) => property is not null && property.Value("val") is not ("0" or "false" or "off");

    // A web page, a text or another document that Word includes when it opens the file.
    private void Embedded(XElement chunk)
    {
        if (main.Related(chunk.RelationshipId()) is { } part)
        {
            EmbeddedDocument.Read(part.FileName, part.ReadAll(), sink);
        }
    }
}
