using System.Runtime.CompilerServices;
using System.Text;
using System.Xml.Linq;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>A presentation: a slide is a page, its title the heading, its notes at its end.</summary>
internal sealed class SlideReader(OfficePart main, DocumentSink sink)
{
    public void Read()
    {
        var slides = Slides();
        sink.Pages = slides.Count;
        for (var index = 0; index < slides.Count; index++)
        {
            if (sink.BeginPage(index + 1))
            {
                Slide(slides[index]);
            }
        }
    }

    private List<OfficePart> Slides()
    {
        var listed = main.TryLoad().Child("sldIdLst").Children("sldId")
            .Select(id => main.Related(id.RelationshipId())).OfType<OfficePart>().ToList();
        return listed.Count > 0 ? listed : [.. main.RelatedFor("slide")];
    }

    private void Slide(OfficePart part)
    {
        var tree = part.TryLoad().Child("cSld").Child("spTree");
        if (tree is null)
        {
            return;
        }

        var shapes = new List<XElement>();
        Collect(tree, shapes);
        var title = shapes.Find(shape => Placeholder(shape) is "title" or "ctrTitle");
        if (title is not null && Text(title) is { Length: > 0 } text)
        {
            sink.Heading(1, text);
        }

        foreach (var shape in shapes.Where(shape => shape != title))
        {
            Shape(part, shape);
        }

        foreach (var notes in part.RelatedFor("notesSlide"))
        {
            Notes(notes);
        }
    }

    // Groups may be nested; their shapes are read in their place.
    private static void Collect(XElement container, List<XElement> shapes)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var element in container.Elements())
        {
            switch (element.LocalName())
            {
                case "grpSp":
                    Collect(element, shapes);
                    break;
                case "AlternateContent" when WordText.Chosen(element) is { } chosen:
                    Collect(chosen, shapes);
                    break;
                case "sp" or "graphicFrame" or "cxnSp":
                    shapes.Add(element);
                    break;
                default:
                    break;
            }
        }
    }

    private void Shape(OfficePart slide, XElement shape)
    {
        if (Placeholder(shape) is "sldNum" or "ftr" or "dt" or "hdr")
        {
            return;
        }

        if (shape.Inside("tbl").FirstOrDefault() is { } table)
        {
            sink.Table(TableRows.WithoutEmptyColumns([.. table.Children("tr").Select(Cells)]));
        }
        else if (shape.Inside("relIds").FirstOrDefault() is { } diagram)
        {
            // The text of a diagram is in a separate part.
            Paragraphs(slide.Related(diagram.RelationshipId("dm"))?.TryLoad(), isList: true);
        }
        else
        {
            Paragraphs(shape.Child("txBody"), isList: Placeholder(shape) is "body" or "obj" or "");
        }
    }

    private void Paragraphs(XElement? body, bool isList)
    {
        foreach (var paragraph in body.Inside("p"))
        {
            var text = CleanText.Lines(Runs(paragraph));
            if (text.Length > 0 && isList)
            {
                sink.ListItem("- " + text);
            }
            else
            {
                sink.Paragraph(text);
            }
        }
    }

    private void Notes(OfficePart notes)
    {
        var shapes = new List<XElement>();
        Collect(notes.TryLoad().Child("cSld").Child("spTree") ?? new XElement("none"), shapes);
        var text = string.Join('\n', shapes.Where(shape => Placeholder(shape) == "body").Select(Text));
        if (!string.IsNullOrWhiteSpace(text))
        {
            sink.Paragraph("Notes: " + text);
        }
    }

    private static List<string> Cells(XElement row)
    {
        var cells = new List<string>();
        foreach (var cell in row.Children("tc"))
        {
            var isContinued = cell.Value("hMerge") is "1" or "true" || cell.Value("vMerge") is "1" or "true";
            cells.Add(isContinued ? string.Empty : Text(cell));
        }

        return cells;
    }

    /// <summary>The placeholder type of a shape; empty for the content of a slide, null for a free shape.</summary>
    private static string? Placeholder(XElement shape) =>
        shape.Elements().FirstOrDefault(child => child.LocalName().StartsWith("nv", StringComparison.Ordinal))
            .Child("nvPr").Child("ph") is { } placeholder
            ? placeholder.Value("type") ?? string.Empty
            : null;

    private static string Text(XElement shape) =>
        string.Join('\n', shape.Child("txBody").Inside("p").Select(Runs).Where(text => !string.IsNullOrWhiteSpace(text)));

    private static string Runs(XElement paragraph)
    {
        var text = new StringBuilder();
        foreach (var element in paragraph.Descendants())
        {
            _ = element.LocalName() switch
            {
                "t" => text.Append(element.Value),
                "br" => text.Append('\n'),
                "tab" when element.Parent?.LocalName() == "r" => text.Append(' '),
                _ => text,
            };
        }

        return text.ToString();
    }
}
