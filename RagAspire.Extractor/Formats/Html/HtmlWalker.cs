using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using AngleSharp.Dom;
using RagAspire.Extraction;

namespace RagAspire.Extractor.Formats.Html;

/// <summary>Converts the elements of a page to blocks in reading order, without navigation and decoration.</summary>
/// <param name="furniture">What to leave out as parts of the site; null for nothing.</param>
internal sealed class HtmlWalker(DocumentSink sink, HtmlFurniture? furniture)
{
    private const int MaxFrames = 3;

    private static readonly HashSet<string> Skipped = new(StringComparer.OrdinalIgnoreCase)
    {
        "script", "style", "template", "svg", "object", "embed", "applet", "canvas", "audio", "video", "map", "head", "button",
        "datalist", "dialog", "noframes", "rt", "rp", "menu",
    };

    private static readonly HashSet<string> Blocks = new(StringComparer.OrdinalIgnoreCase)
    {
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dir", "div", "dl", "dt",
        "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "legend", "main", "ol", "p", "section", "summary",
        "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "table", "hgroup", "search", "center", "li", "optgroup",
    };

    private readonly StringBuilder _text = new();
    private BlockKind _kind = BlockKind.Paragraph;

    public void Walk(INode? root)
    {
        if (root is not null)
        {
            Children(root);
            Flush();
        }
    }

    /// <param name="marker">Of the node when it is a list item.</param>
    private void Visit(INodeList siblings, int index, string marker)
    {
        var node = siblings[index];
        if (node is IText text)
        {
            AppendCollapsed(_text, text.Data);
        }
        else if (node is IElement element && !IsSkipped(element) && !HtmlInlines.TryAppend(element, _text, siblings, index))
        {
            Element(element, marker);
        }
    }

    private void Element(IElement element, string marker)
    {
        var name = element.LocalName;
        switch (name)
        {
            case "h1" or "h2" or "h3" or "h4" or "h5" or "h6":
                Flush();
                sink.Heading(name[1] - '0', HtmlText.Of(element));
                break;
            case "br":
                _text.Append('\n');
                break;
            case "pre" or "listing" or "xmp":
                Flush();
                sink.Code(HtmlText.Raw(element));
                break;
            case "table" when HtmlTable.IsData(element):
                Flush();
                sink.Table(HtmlTable.Read(element));
                break;
            case "div" or "section" or "ul" or "dl" when HtmlRowBoxes.TryRead(element) is { } boxes:
                Flush();
                sink.Table(boxes);
                break;
            case "iframe":
                Flush();
                Frame(element);
                break;
            case "li":
                Item(element, marker);
                break;
            case var _ when Blocks.Contains(name):
                Flush();
                Children(element);
                Flush();
                break;
            default:
                Children(element);
                break;
        }
    }

    private void Frame(IElement frame)
    {
        if (frame.GetAttribute("srcdoc") is { Length: > 0 } page && sink.Depth < MaxFrames)
        {
            sink.Nested(() => HtmlFormat.ReadFragment(page, sink));
        }
    }

    private void Item(IElement element, string marker)
    {
        Flush();
        var outer = _kind;
        _kind = BlockKind.ListItem;
        _text.Append(marker);
        Children(element);
        Flush();
        _kind = outer;
    }

    // By index: to find the sibling of a node, the parser searches the whole list of its parent.
    private void Children(INode node)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var number = node is IElement { LocalName: "ol" } list ? FirstNumber(list) : (int?)null;
        var children = node.ChildNodes;
        for (var index = 0; index < children.Length; index++)
        {
            var child = children[index];
            var isNumbered = number is not null && child is IElement { LocalName: "li" };
            Visit(children, index, isNumbered ? $"{number++}. " : "- ");
        }
    }

    private static int FirstNumber(IElement list) =>
        int.TryParse(list.GetAttribute("start"), CultureInfo.InvariantCulture, out var value) ? value : 1;

    private void Flush()
    {
        var text = _text.ToString();
        _text.Clear();
        if (_kind == BlockKind.ListItem)
        {
            // The text of an item with only a marker follows in separate blocks, or is missing.
            var isMarkerOnly = text.AsSpan().Trim().TrimEnd('.').TrimStart('-') is var rest
                && !rest.ContainsAnyExceptInRange('0', '9');
            if (!isMarkerOnly)
            {
                sink.ListItem(text);
            }
        }
        else
        {
            sink.Paragraph(text);
        }
    }

    private bool IsSkipped(IElement element) =>
        Skipped.Contains(element.LocalName)
        || HtmlVisibility.IsHidden(element)
        || furniture?.Holds(element) == true
        || (element.LocalName == "noscript" && AsksForScripts(element.TextContent));

    private static bool AsksForScripts(string text) =>
        text.Contains("javascript", StringComparison.OrdinalIgnoreCase) || text.Contains("enable script", StringComparison.OrdinalIgnoreCase);

    /// <summary>A line end in the source of a page is a space.</summary>
    internal static void AppendCollapsed(StringBuilder text, string data)
    {
        foreach (var character in data)
        {
            text.Append(character is '\n' or '\r' or '\t' or '\f' ? ' ' : character);
        }
    }
}
