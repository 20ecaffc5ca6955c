using System.Globalization;
using System.Runtime.CompilerServices;
using System.Xml;
using System.Xml.Linq;
using RagAspire.Extractor.Formats.Html;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>
/// The body of a Word document in order: headings by style, lists with their numbers, tables, text boxes and notes at
/// their anchors. Read block by block, so that the text before damage is kept.
/// </summary>
internal sealed class WordReader(OfficePart main, DocumentSink sink)
{
    private readonly WordStyles _styles = new(main.RelatedFor("styles").FirstOrDefault()?.TryLoad());
    private readonly WordNumbering _numbering = new(main.RelatedFor("numbering").FirstOrDefault()?.TryLoad());
    private readonly WordNotes _notes = new(main);

    public void Read()
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

        foreach (var note in text.Notes)
        {
            sink.Paragraph(_notes.Text(note));
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

        sink.Table(TableRows.WithoutEmptyColumns([.. rows.Select(Cells)]));
        foreach (var note in rows.SelectMany(row => new WordText(row).Notes))
        {
            sink.Paragraph(_notes.Text(note));
        }
    }

    private static IEnumerable<XElement> CellsOf(XElement row) => row.Elements().SelectMany(WordText.CellsOf);

    private static List<string> Cells(XElement row)
    {
        var cells = new List<string>();
        foreach (var cell in CellsOf(row))
        {
            var properties = cell.Child("tcPr");
            var isContinued = properties.Child("vMerge") is { } merge && merge.Value("val") is not "restart";
            cells.Add(isContinued ? string.Empty : WordText.Flat(cell));
            var span = int.TryParse(properties.Child("gridSpan").Value("val"), CultureInfo.InvariantCulture, out var value) ? Math.Clamp(value, 1, 50) : 1;
            cells.AddRange(Enumerable.Repeat(string.Empty, span - 1));
        }

        return cells;
    }

    // A web page or a text that Word includes when it opens the file.
    private void Embedded(XElement chunk)
    {
        using var stream = main.Related(chunk.RelationshipId())?.Open();
        if (stream is not null)
        {
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            if (Extraction.Detection.TextEncodings.Detect(memory.ToArray()) is not null)
            {
                HtmlFormat.Read(memory.ToArray(), sink, declared: null);
            }
        }
    }
}
