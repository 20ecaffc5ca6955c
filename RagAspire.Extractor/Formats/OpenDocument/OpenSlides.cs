using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace RagAspire.Extractor.Formats.OpenDocument;

/// <summary>A presentation or a drawing: its title first, then its shapes from top to bottom, then its notes.</summary>
internal sealed class OpenSlides(OpenPart part, DocumentSink sink)
{
    private readonly OpenBlocks _blocks = new(part, sink);

    /// <summary>Reads the current element; the reader moves behind its slides.</summary>
    public void Read(XmlReader reader)
    {
        var depth = reader.Depth;
        sink.Unit = "slide";
        reader.Read();
        for (var page = 1; reader.ReadState == ReadState.Interactive && reader.Depth > depth;)
        {
            if (reader is not { NodeType: XmlNodeType.Element, LocalName: "page" })
            {
                reader.Read();
                continue;
            }

            var slide = SafeXml.ReadElement(reader);
            sink.Pages = page;
            if (sink.BeginPage(page++))
            {
                Slide(slide);
            }
        }
    }

    private void Slide(XElement slide)
    {
        var shapes = slide.Elements().SelectMany(Shapes).OrderBy(Top).ThenBy(Left).ToList();
        var title = shapes.Find(shape => shape.Value("class") == "title");
        var mark = part.Styles.IsHidden("drawing-page", slide.Value("style-name")) ? " (hidden slide)" : string.Empty;
        var text = title is null ? string.Empty : OpenText.Flat(title, part);
        sink.Heading(1, (text + mark).Trim());
        foreach (var shape in shapes.Where(shape => shape != title
            && shape.Value("class") is not ("page-number" or "footer" or "header" or "date-time")))
        {
            _blocks.Read(shape);
        }

        var notes = slide.Children("notes").Elements().Where(frame => frame.Value("class") == "notes")
            .Select(frame => OpenText.Flat(frame, part)).Where(note => note.Length > 0).ToList();
        sink.Paragraph(notes.Count > 0 ? "Notes: " + string.Join('\n', notes) : null);
    }

    private static IEnumerable<XElement> Shapes(XElement element) => element.LocalName() switch
    {
        "g" => element.Elements().SelectMany(Shapes),
        "a" => element.Elements().SelectMany(Shapes),
        "notes" or "forms" or "animations" or "par" => [],
        _ => [element],
    };

    // Shapes whose tops differ by little are one row.
    private static double Top(XElement shape) => Math.Floor(Length(shape.Value("y")) * 2);

    private static double Left(XElement shape) => Length(shape.Value("x"));

    /// <summary>A length in centimetres.</summary>
    private static double Length(string? value)
    {
        var number = value.AsSpan().TrimEnd("cminptx");
        return !double.TryParse(number, CultureInfo.InvariantCulture, out var length) ? 0
            : value!.EndsWith("in", StringComparison.Ordinal) ? length * 2.54
            : value.EndsWith("pt", StringComparison.Ordinal) ? length * 2.54 / 72
            : value.EndsWith("mm", StringComparison.Ordinal) ? length / 10
            : length;
    }
}
