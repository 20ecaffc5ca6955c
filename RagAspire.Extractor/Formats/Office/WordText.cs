using System.Globalization;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using RagAspire.Extractor.InlineText;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>The text of the runs of a paragraph, and what is anchored in it.</summary>
internal sealed class WordText
{
    private readonly StyledText _text = new();

    public WordText(XElement element) => Inline(element);

    public string Text => _text.ToString();

    public bool IsEmpty => string.IsNullOrWhiteSpace(Text);

    /// <summary>Text boxes, each with separate blocks.</summary>
    public List<XElement> Boxes { get; } = [];

    public List<WordNote> Notes { get; } = [];

    /// <summary>References to charts and diagrams, and to comments by their ids.</summary>
    public List<WordAnchor> Anchors { get; } = [];

    /// <summary>All text below an element on one line.</summary>
    public static string Flat(XElement element)
    {
        var text = new WordText(element);
        foreach (var box in text.Boxes)
        {
            text._text.Append(" " + Flat(box));
        }

        return text.Text;
    }

    /// <summary>The newest alternative with content; the others repeat it for older readers.</summary>
    public static XElement? Chosen(XElement alternatives) =>
        alternatives.Children("Choice").FirstOrDefault(choice => choice.HasElements) ?? alternatives.Child("Fallback");

    public static IEnumerable<XElement> RowsOf(XElement element) => Wanted(element, "tr");

    public static IEnumerable<XElement> CellsOf(XElement element) => Wanted(element, "tc");

    // Content controls and tracked changes wrap rows and cells.
    private static IEnumerable<XElement> Wanted(XElement element, string name)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return element.LocalName() == name ? [element]
            : element.LocalName() is "sdt" or "sdtContent" or "ins" or "moveTo" or "customXml" or "bookmarkStart"
                ? element.Elements().SelectMany(child => Wanted(child, name))
            : [];
    }

    private void Inline(XElement element)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var child in element.Elements())
        {
            switch (child.LocalName())
            {
                case "t":
                    _text.Append(child.Value);
                    break;
                case "r":
                    var outer = _text.Style;
                    _text.Style = StyleOf(child.Child("rPr"));
                    Inline(child);
                    _text.Style = outer;
                    break;
                case "p" or "tc" or "tr":
                    Apart(child);
                    break;
                case "AlternateContent" when Chosen(child) is { } chosen:
                    Inline(chosen);
                    break;
                case "pPr" or "rPr" or "tcPr" or "tblPr" or "trPr" or "sdtPr" or "instrText" or "del" or "moveFrom"
                    or "AlternateContent" or "rt" or "pStyle" or "fldData" or "delText" or "cNvPr" or "posOffset"
                    or "positionH" or "positionV":
                    break;
                default:
                    if (!TryMark(child, element) && !TryAnchor(child))
                    {
                        Inline(child);
                    }

                    break;
            }
        }
    }

    /// <summary>Appends characters, equations, ticks and chosen values.</summary>
    private bool TryMark(XElement child, XElement parent)
    {
        var mark = child.LocalName() switch
        {
            "tab" or "ptab" when parent.LocalName() == "r" => " ",
            "br" or "cr" => "\n",
            "noBreakHyphen" => "-",
            "sym" => Symbol(child),
            "oMath" => LinearMath.Of(child),
            "sdt" when child.Child("sdtPr").Child("checkbox") is { } box => IsOn(box.Child("checked")) ? "[x]" : "[ ]",
            "ffData" => FieldValue(child),
            "docPr" => child.Value("descr") is { Length: > 0 } description ? $" (image: {description}) " : string.Empty,
            _ => null,
        };
        if (mark is not null)
        {
            _text.Append(mark);
        }

        return mark is not null;
    }

    private bool TryAnchor(XElement child)
    {
        switch (child.LocalName())
        {
            case "footnoteReference" or "endnoteReference":
                Notes.Add(new WordNote(child.LocalName() == "endnoteReference", child.Value("id") ?? string.Empty));
                return true;
            case "commentReference":
                Anchors.Add(new WordAnchor(WordAnchorKind.Comment, child.Value("id")));
                return true;
            case "txbxContent":
                Boxes.Add(child);
                return true;
            case "chart":
                Anchors.Add(new WordAnchor(WordAnchorKind.Chart, child.RelationshipId()));
                return true;
            case "relIds":
                Anchors.Add(new WordAnchor(WordAnchorKind.Diagram, child.RelationshipId("dm")));
                return true;
            default:
                return false;
        }
    }

    private void Apart(XElement child)
    {
        _text.Append(" ", TextStyle.Plain);
        Inline(child);
        _text.Append(" ", TextStyle.Plain);
    }

    private static TextStyle StyleOf(XElement? properties) =>
        properties is null ? TextStyle.Plain
        : IsOn(properties.Child("vanish")) ? TextStyle.Hidden
        : IsOn(properties.Child("strike")) || IsOn(properties.Child("dstrike")) ? TextStyle.Struck
        : properties.Child("vertAlign").Value("val") switch
        {
            "superscript" => TextStyle.Raised,
            "subscript" => TextStyle.Lowered,
            _ => TextStyle.Plain,
        };

    private static bool IsOn(XElement? property) => property is not null && property.Value("val") is not ("0" or "false" or "off" or "none");

    private static string FieldValue(XElement data)
    {
        if (data.Child("checkBox") is { } box)
        {
            return IsOn(box.Child("checked") ?? box.Child("default")) ? "[x]" : "[ ]";
        }

        if (data.Child("ddList") is not { } list)
        {
            return string.Empty;
        }

        var chosen = (list.Child("result") ?? list.Child("default")).Value("val");
        return list.Children("listEntry")
            .ElementAtOrDefault(int.TryParse(chosen, CultureInfo.InvariantCulture, out var index) ? index : 0).Value("val") ?? string.Empty;
    }

    private static string Symbol(XElement symbol)
    {
        if (!int.TryParse(symbol.Value("char"), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code))
        {
            return string.Empty;
        }

        return code switch
        {
            0xF0FE or 0xF0FD or 0xF052 or 0xF053 => "[x]",
            0xF0A8 or 0xF06F or 0xF071 or 0xF0A3 => "[ ]",
            > 31 and < 0xd800 => ((char)code).ToString(),
            _ => string.Empty,
        };
    }
}

/// <summary>A reference to a footnote or an endnote.</summary>
internal sealed record WordNote(bool IsEndnote, string Id);

internal enum WordAnchorKind
{
    Chart,
    Diagram,
    Comment,
}

/// <summary>A reference from a paragraph to another part.</summary>
internal sealed record WordAnchor(WordAnchorKind Kind, string? Id);
