using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using AngleSharp.Dom;
using RagAspire.Extraction;

namespace RagAspire.Extractor.Formats.Html;

/// <summary>Converts the elements of a page to blocks in reading order, without navigation and decoration.</summary>
internal sealed class HtmlWalker(DocumentSink sink)
{
    private static readonly HashSet<string> Skipped = new(StringComparer.OrdinalIgnoreCase)
    {
        "script", "style", "noscript", "template", "nav", "svg", "iframe", "object", "embed", "applet", "canvas", "audio",
        "video",
        "map", "head", "button", "select", "datalist", "textarea", "input", "dialog", "noframes", "rt", "rp", "menu",
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

    private void Visit(INode node)
    {
        if (node is IText text)
        {
            AppendCollapsed(_text, text.Data);
        }
        else if (node is IElement element && !IsSkipped(element))
        {
            Element(element);
        }
    }

    private void Element(IElement element)
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
                sink.Table(HtmlTable.Rows(element));
                break;
            case "li":
                Item(element);
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

    private void Item(IElement element)
    {
        Flush();
        var outer = _kind;
        _kind = BlockKind.ListItem;
        _text.Append(Marker(element));
        Children(element);
        Flush();
        _kind = outer;
    }

    private static string Marker(IElement item)
    {
        if (item.ParentElement is not { LocalName: "ol" } list)
        {
            return "- ";
        }

        var start = int.TryParse(list.GetAttribute("start"), CultureInfo.InvariantCulture, out var value) ? value : 1;
        var before = 0;
        for (var sibling = item.PreviousElementSibling;
            sibling is not null && before < 1000;
            sibling = sibling.PreviousElementSibling)
        {
            before += sibling.LocalName == "li" ? 1 : 0;
        }

        return $"{start + before}. ";
    }

    private void Children(INode node)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        for (var child = node.FirstChild; child is not null; child = child.NextSibling)
        {
            Visit(child);
        }
    }

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

    private static bool IsSkipped(IElement element) =>
        Skipped.Contains(element.LocalName)
        || element.HasAttribute("hidden")
        || element.GetAttribute("role") is "navigation"
        || (element.GetAttribute("style") is { } style
            && style.Replace(" ", string.Empty, StringComparison.Ordinal)
                .Contains("display:none", StringComparison.OrdinalIgnoreCase));

    /// <summary>A line end in the source of a page is a space.</summary>
    internal static void AppendCollapsed(StringBuilder text, string data)
    {
        foreach (var character in data)
        {
            text.Append(character is '\n' or '\r' or '\t' or '\f' ? ' ' : character);
        }
    }
}
