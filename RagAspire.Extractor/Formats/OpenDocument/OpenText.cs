using System.Globalization;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using RagAspire.Extractor.InlineText;

namespace RagAspire.Extractor.Formats.OpenDocument;

/// <summary>The text of a paragraph, and what is anchored in it.</summary>
internal sealed class OpenText
{
    private const int MaxSpaces = 100;

    private readonly StyledText _text = new();
    private readonly OpenPart _part;

    public OpenText(XElement paragraph, OpenPart part)
    {
        _part = part;
        var style = part.Styles.TextOf("paragraph", paragraph.Value("style-name"));
        _text.Style = style == TextStyle.Hidden ? style : TextStyle.Plain;
        Inline(paragraph);
    }

    public string Text => _text.ToString();

    /// <summary>Footnotes, endnotes and comments.</summary>
    public List<XElement> Notes { get; } = [];

    /// <summary>Pictures, text boxes and objects.</summary>
    public List<XElement> Frames { get; } = [];

    /// <summary>All text below an element on one line, also that of its boxes and tables.</summary>
    public static string Flat(XElement element, OpenPart part)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var parts = new List<string>();
        foreach (var child in element.Elements())
        {
            if (child.LocalName() is "p" or "h")
            {
                var text = new OpenText(child, part);
                parts.Add(text.Text);
                parts.AddRange(text.Frames.Select(frame => Flat(frame, part)));
            }
            else if (child.LocalName() is "desc" or "title")
            {
                parts.Add($"(image: {child.Value})");
            }
            else if (child.LocalName() is not ("annotation" or "tracked-changes"))
            {
                parts.Add(Flat(child, part));
            }
        }

        return string.Join(' ', parts.Where(text => text.Length > 0));
    }

    private void Inline(XElement element)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var node in element.Nodes())
        {
            if (node is XText text)
            {
                _text.Append(text.Value.ReplaceLineEndings(" "));
            }
            else if (node is XElement child)
            {
                Element(child);
            }
        }
    }

    private void Element(XElement child)
    {
        switch (child.LocalName())
        {
            case "s":
                var count = int.TryParse(child.Value("c"), CultureInfo.InvariantCulture, out var spaces) ? spaces : 1;
                _text.Append(new string(' ', Math.Clamp(count, 1, MaxSpaces)));
                break;
            case "tab":
                _text.Append(" ");
                break;
            case "line-break":
                _text.Append("\n");
                break;
            case "span":
                Span(child);
                break;
            case "note" or "annotation":
                Notes.Add(child);
                break;
            case "frame" when _part.ObjectOf(child) is { } equation && equation.LocalName() == "math":
                _text.Append(LinearMath.Of(equation));
                break;
            case "frame" or "custom-shape" or "g" or "rect" or "ellipse" or "line" or "connector" or "caption" or "text-box"
                or "control":
                Frames.Add(child);
                break;
            case "hidden-text":
                _text.Append(child.Value("string-value") ?? child.Value, TextStyle.Hidden);
                break;
            case "ruby":
                Inline(child.Child("ruby-base") ?? child);
                break;
            case "page-number" or "page-count" or "annotation-end" or "tracked-changes" or "deletion":
                break;
            default:
                Inline(child);
                break;
        }
    }

    private void Span(XElement span)
    {
        var outer = _text.Style;
        var style = _part.Styles.TextOf("text", span.Value("style-name"));
        _text.Style = style == TextStyle.Plain ? outer : style;
        Inline(span);
        _text.Style = outer;
    }
}
