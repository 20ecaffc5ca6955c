using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml.Linq;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>The text of the runs of a paragraph, and the text boxes and notes anchored in it.</summary>
internal sealed class WordText
{
    private readonly StringBuilder _text = new();

    public WordText(XElement element) => Inline(element);

    public string Text => _text.ToString();

    public bool IsEmpty => string.IsNullOrWhiteSpace(Text);

    /// <summary>Text boxes, each with separate blocks.</summary>
    public List<XElement> Boxes { get; } = [];

    public List<WordNote> Notes { get; } = [];

    /// <summary>All text below an element on one line.</summary>
    public static string Flat(XElement element)
    {
        var text = new WordText(element);
        foreach (var box in text.Boxes)
        {
            text._text.Append(' ').Append(Flat(box));
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
                case "tab" or "ptab" when element.LocalName() == "r":
                    _text.Append(' ');
                    break;
                case "br" or "cr":
                    _text.Append('\n');
                    break;
                case "noBreakHyphen":
                    _text.Append('-');
                    break;
                case "sym":
                    Symbol(child);
                    break;
                case "footnoteReference" or "endnoteReference":
                    Notes.Add(new WordNote(child.LocalName() == "endnoteReference", child.Value("id") ?? string.Empty));
                    break;
                case "txbxContent":
                    Boxes.Add(child);
                    break;
                case "AlternateContent" when Chosen(child) is { } chosen:
                    Inline(chosen);
                    break;
                case "p" or "tc" or "tr":
                    Apart(child);
                    break;
                case "pPr" or "rPr" or "tcPr" or "tblPr" or "trPr" or "sdtPr" or "instrText" or "del" or "moveFrom"
                    or "AlternateContent" or "rt" or "pStyle" or "fldData" or "delText" or "docPr" or "cNvPr" or "posOffset"
                    or "positionH" or "positionV":
                    break;
                default:
                    Inline(child);
                    break;
            }
        }
    }

    private void Apart(XElement child)
    {
        _text.Append(' ');
        Inline(child);
        _text.Append(' ');
    }

    private void Symbol(XElement symbol)
    {
        if (int.TryParse(symbol.Value("char"), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code)
            && code is > 31 and < 0xd800)
        {
            _text.Append((char)code);
        }
    }
}

/// <summary>A reference to a footnote or an endnote.</summary>
internal sealed record WordNote(bool IsEndnote, string Id);
