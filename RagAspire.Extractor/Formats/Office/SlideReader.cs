using System.Globalization;
using System.Xml.Linq;
using RagAspire.Extractor.Tables;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>A presentation: a slide is a page, its title the heading, its notes at its end.</summary>
internal sealed class SlideReader(OfficePart main, DocumentSink sink)
{
    public void Read()
    {
        var slides = Slides();
        sink.Pages = slides.Count;
        sink.Unit = "slide";
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
        var slide = part.TryLoad();
        var tree = slide.Child("cSld").Child("spTree");
        if (tree is null)
        {
            return;
        }

        var shapes = new SlideShapes(part).Read(tree);
        var title = shapes.Find(shape => Placeholder(shape) is "title" or "ctrTitle");
        var mark = slide.Value("show") is "0" or "false" ? " (hidden slide)" : string.Empty;
        if (title is not null && Text(title) is { Length: > 0 } text)
        {
            sink.Heading(1, text + mark);
        }
        else if (mark.Length > 0)
        {
            sink.Heading(1, mark.Trim());
        }

        foreach (var shape in shapes.Where(shape => shape != title))
        {
            Shape(part, shape);
        }

        foreach (var notes in part.RelatedFor("notesSlide"))
        {
            Notes(notes);
        }

        foreach (var comment in part.RelatedFor("comments").SelectMany(comments => comments.TryLoad().Inside("cm")))
        {
            sink.Paragraph($"Comment: {comment.Child("text")?.Value ?? Text(comment)}");
        }

        OfficeObjects.TakeOut(part, sink);
    }

    private void Shape(OfficePart slide, XElement shape)
    {
        if (Placeholder(shape) is "sldNum" or "ftr" or "dt" or "hdr")
        {
            return;
        }

        if (Description(shape) is { Length: > 0 } description)
        {
            sink.Paragraph($"(image: {description})");
        }

        if (shape.Inside("chart").FirstOrDefault() is { } chart && OfficeChart.Read(slide.Related(chart.RelationshipId())?.TryLoad()) is { } values)
        {
            sink.Table(values);
        }
        else if (shape.Inside("tbl").FirstOrDefault() is { } table)
        {
            sink.Table(Grid(table));
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
            var text = CleanText.Lines(SlideText.Of(paragraph));
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
        var shapes = new SlideShapes(notes).Read(notes.TryLoad().Child("cSld").Child("spTree") ?? new XElement("none"));
        var text = string.Join('\n', shapes.Where(shape => Placeholder(shape) == "body").Select(Text));
        if (!string.IsNullOrWhiteSpace(text))
        {
            sink.Paragraph("Notes: " + text);
        }
    }

    private static TableGrid Grid(XElement table)
    {
        var grid = new MergedRows();
        var hasHeader = table.Child("tblPr").Value("firstRow") is "1" or "true";
        foreach (var row in table.Children("tr"))
        {
            grid.StartRow(hasHeader && grid.Count == 0);
            foreach (var cell in row.Children("tc").Where(cell => cell.Value("hMerge") is not ("1" or "true")))
            {
                var columns = int.TryParse(cell.Value("gridSpan"), CultureInfo.InvariantCulture, out var span) ? Math.Clamp(span, 1, 50) : 1;
                grid.Add(Text(cell), columns, cell.Value("vMerge") is "1" or "true");
            }
        }

        return grid.ToGrid();
    }

    private static string? Description(XElement shape) => shape.Elements()
        .FirstOrDefault(child => child.LocalName().StartsWith("nv", StringComparison.Ordinal)).Child("cNvPr").Value("descr");

    /// <summary>The placeholder type of a shape; empty for the content of a slide, null for a free shape.</summary>
    public static string? Placeholder(XElement shape) =>
        shape.Elements().FirstOrDefault(child => child.LocalName().StartsWith("nv", StringComparison.Ordinal))
            .Child("nvPr").Child("ph") is { } placeholder
            ? placeholder.Value("type") ?? string.Empty
            : null;

    private static string Text(XElement shape) =>
        string.Join('\n', shape.Child("txBody").Inside("p").Select(SlideText.Of).Where(text => !string.IsNullOrWhiteSpace(text)));
}
