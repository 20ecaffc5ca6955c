using System.Globalization;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using RagAspire.Extractor.InlineText;
using RagAspire.Extractor.Tables;

namespace RagAspire.Extractor.Formats.OpenDocument;

/// <summary>Headings, paragraphs, lists with their numbers, tables, boxes and notes. Text that was deleted is left out.</summary>
internal sealed class OpenBlocks(OpenPart part, DocumentSink sink)
{
    private readonly OpenLists _lists = new(part.Styles);

    public void Read(XElement block)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (block.LocalName())
        {
            case "h":
                Paragraph(block, (text, _) => sink.Heading(Number(block.Value("outline-level"), 1), text));
                break;
            case "p" when part.Styles.IsTitle(block.Value("style-name")):
                Paragraph(block, (text, _) => sink.Heading(1, text));
                break;
            case "p":
                Paragraph(block, (text, _) => sink.Paragraph(text));
                break;
            case "list":
                List(block, style: null, level: 1);
                break;
            case "table":
                Table(block);
                break;
            case "section" when block.Value("display") == "none":
                sink.Paragraph(Scripts.Hidden(OpenText.Flat(block, part)));
                break;
            case "frame" or "custom-shape" or "rect" or "ellipse" or "line" or "connector" or "caption":
                Frame(block);
                break;
            case "note" or "annotation":
                Note(block);
                break;
            case "tracked-changes" or "forms" or "control":
            case var name when name.EndsWith("-source", StringComparison.Ordinal) || name.EndsWith("-decls", StringComparison.Ordinal):
                break;
            default:
                foreach (var child in block.Elements())
                {
                    Read(child);
                }

                break;
        }
    }

    private void Paragraph(XElement paragraph, Action<string, bool> write)
    {
        var text = new OpenText(paragraph, part);
        write(text.Text, text.Text.AsSpan().IsWhiteSpace());
        foreach (var note in text.Notes)
        {
            Note(note);
        }

        foreach (var frame in text.Frames)
        {
            Read(frame);
        }
    }

    private void Note(XElement note)
    {
        var text = OpenText.Flat(note.Child("note-body") ?? note, part);
        var author = note.Child("creator")?.Value;
        sink.Paragraph(note.LocalName() == "note" ? text
            : text.Length == 0 ? null
            : $"Comment{(author is { Length: > 0 } ? $" ({author})" : string.Empty)}: {text}");
    }

    private void List(XElement list, string? style, int level)
    {
        style = list.Value("style-name") ?? style;
        _lists.Start(list, style, level);
        foreach (var item in list.Elements().Where(item => item.LocalName() is "list-item" or "list-header"))
        {
            var marker = item.LocalName() == "list-item" ? null : string.Empty;
            foreach (var block in item.Elements())
            {
                if (block.LocalName() == "list")
                {
                    RuntimeHelpers.EnsureSufficientExecutionStack();
                    List(block, style, level + 1);
                }
                else if (block.LocalName() == "p")
                {
                    Paragraph(block, (text, isEmpty) =>
                    {
                        marker ??= isEmpty ? null : _lists.Next(item, style, level);
                        sink.ListItem(isEmpty ? null : marker + text);
                        marker = marker is null ? null : string.Empty;
                    });
                }
                else
                {
                    // A heading may be an item of the list that numbers it.
                    Read(block);
                }
            }
        }
    }

    private void Table(XElement table)
    {
        var rows = OpenTable.Rows(table).ToList();
        if (rows.TrueForAll(row => OpenTable.CellsOf(row.Row).Count() <= 1))
        {
            // A table with one column only frames its text.
            foreach (var block in rows.SelectMany(row => OpenTable.CellsOf(row.Row)).SelectMany(cell => cell.Elements()))
            {
                Read(block);
            }

            return;
        }

        sink.Table(new TableGrid(rows.Select(row => OpenTable.Row(row.Row, cell => OpenText.Flat(cell, part), row.IsHeader))));
        foreach (var note in table.Descendants().Where(element => element.LocalName() is "note" or "annotation"))
        {
            Note(note);
        }
    }

    private void Frame(XElement frame)
    {
        var description = (frame.Child("desc") ?? frame.Child("title"))?.Value;
        if (description is { Length: > 0 } && frame.Child("object") is null)
        {
            sink.Paragraph($"(image: {description})");
        }

        if (frame.Child("object") is not null)
        {
            Object(part.ObjectOf(frame), description);
            return;
        }

        foreach (var child in frame.Elements().Where(child => child.LocalName() is "text-box" or "p" or "list" or "table" or "frame"))
        {
            Read(child);
        }
    }

    // A chart stores its values as a table, and so do sheets.
    private void Object(XElement? content, string? description)
    {
        if (content?.LocalName() == "math")
        {
            sink.Paragraph(LinearMath.Of(content));
            return;
        }

        var title = content.Inside("chart").Select(chart => chart.Child("title")).OfType<XElement>().FirstOrDefault();
        var caption = title is null ? description : OpenText.Flat(title, part);
        foreach (var table in content.Inside("table"))
        {
            sink.Table(new TableGrid(
                OpenTable.Rows(table).Select(row => OpenTable.Row(row.Row, cell => OpenText.Flat(cell, part), row.IsHeader)),
                caption is { Length: > 0 } ? [$"Chart: {caption}"] : null));
        }
    }

    private static int Number(string? value, int otherwise) =>
        int.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
