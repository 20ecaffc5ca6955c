using System.Globalization;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>The shapes of a slide in reading order: rows from top to bottom, each from left to right.</summary>
internal sealed class SlideShapes(OfficePart slide)
{
    private readonly Lazy<List<XElement>> _layout = new(() =>
        [.. slide.RelatedFor("slideLayout").SelectMany(layout => layout.TryLoad().Inside("sp"))]);

    public List<XElement> Read(XElement tree)
    {
        var placed = new List<Placed>();
        Collect(tree, placed, group: null);
        var shapes = new List<XElement>();
        var row = new List<Placed>();
        foreach (var shape in placed.OrderBy(shape => shape.Top))
        {
            if (row.Count > 0 && shape.Top >= row[0].Top + Math.Max(1, row[0].Height / 2))
            {
                EndRow(row, shapes);
            }

            row.Add(shape);
        }

        EndRow(row, shapes);
        return shapes;
    }

    private static void EndRow(List<Placed> row, List<XElement> shapes)
    {
        shapes.AddRange(row.OrderBy(shape => shape.Left).Select(shape => shape.Shape));
        row.Clear();
    }

    // Groups may be nested; their shapes stay together at the place of the group.
    private void Collect(XElement container, List<Placed> shapes, Placed? group)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var element in container.Elements())
        {
            switch (element.LocalName())
            {
                case "grpSp":
                    Collect(element, shapes, group ?? Place(element, shapes));
                    break;
                case "AlternateContent" when WordText.Chosen(element) is { } chosen:
                    Collect(chosen, shapes, group);
                    break;
                case "sp" or "graphicFrame" or "cxnSp" or "pic":
                    shapes.Add(group is null ? Place(element, shapes) : group with { Shape = element });
                    break;
                default:
                    break;
            }
        }
    }

    // A placeholder stands where its layout puts it; a shape of unknown place stays behind the one before it.
    private Placed Place(XElement shape, List<Placed> before)
    {
        var frame = Frame(shape) ?? (SlideReader.Placeholder(shape) is { } type ? InLayout(shape, type) : null);
        return frame is null
            ? (before.Count > 0 ? before[^1] : new Placed(shape, 0, 0, 0)) with { Shape = shape }
            : new Placed(shape, Number(frame.Child("off"), "x"), Number(frame.Child("off"), "y"), Number(frame.Child("ext"), "cy"));
    }

    private XElement? InLayout(XElement shape, string type)
    {
        var index = shape.Inside("ph").FirstOrDefault().Value("idx");
        var same = _layout.Value.Find(other => index is not null && other.Inside("ph").FirstOrDefault().Value("idx") == index)
            ?? _layout.Value.Find(other => SlideReader.Placeholder(other) == type);
        return same is null ? null : Frame(same);
    }

    private static XElement? Frame(XElement shape)
    {
        var frame = shape.Child("xfrm") ?? (shape.Child("spPr") ?? shape.Child("grpSpPr")).Child("xfrm");
        return frame.Child("off") is null ? null : frame;
    }

    private static long Number(XElement? element, string name) =>
        long.TryParse(element.Value(name), CultureInfo.InvariantCulture, out var value) ? value : 0;

    private sealed record Placed(XElement Shape, long Left, long Top, long Height);
}
