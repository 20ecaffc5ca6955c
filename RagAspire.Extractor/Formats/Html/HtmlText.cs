using System.Runtime.CompilerServices;
using System.Text;
using AngleSharp.Dom;

namespace RagAspire.Extractor.Formats.Html;

/// <summary>The text of one element, without structure.</summary>
internal static class HtmlText
{
    /// <summary>As displayed, on one or a few lines.</summary>
    public static string Of(INode node)
    {
        var text = new StringBuilder();
        Append(node, text);
        return text.ToString();
    }

    /// <summary>As in the source.</summary>
    public static string Raw(INode node)
    {
        var text = new StringBuilder();
        AppendRaw(node, text);
        return text.ToString();
    }

    private static void Append(INode node, StringBuilder text)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var children = node.ChildNodes;
        for (var index = 0; index < children.Length; index++)
        {
            switch (children[index])
            {
                case IText data:
                    HtmlWalker.AppendCollapsed(text, data.Data);
                    break;
                case IElement { LocalName: "script" or "style" or "template" or "rt" or "rp" }:
                    break;
                case IElement element when HtmlVisibility.IsHidden(element):
                case IElement inline when HtmlInlines.TryAppend(inline, text, children, index):
                    break;
                case IElement element:
                    var isApart = IsApart(element.LocalName);
                    text.Append(element.LocalName == "li" && HasItems(text) ? "; "
                        : isApart ? " "
                        : string.Empty);
                    Append(element, text);
                    text.Append(isApart && element.LocalName != "li" ? " " : string.Empty);
                    break;
                default:
                    break;
            }
        }
    }

    private static void AppendRaw(INode node, StringBuilder text)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var children = node.ChildNodes;
        for (var index = 0; index < children.Length; index++)
        {
            switch (children[index])
            {
                case IText data:
                    text.Append(data.Data);
                    break;
                case IElement { LocalName: "br" }:
                    text.Append('\n');
                    break;
                case IElement { LocalName: "script" or "style" or "template" or "rt" or "rp" }:
                    break;
                case IElement element:
                    AppendRaw(element, text);
                    break;
                default:
                    break;
            }
        }
    }

    private static bool HasItems(StringBuilder text)
    {
        var end = text.Length - 1;
        while (end >= 0 && char.IsWhiteSpace(text[end]))
        {
            end--;
        }

        return end >= 0 && text[end] is not (':' or ';');
    }

    private static bool IsApart(string name) =>
        name is "br" or "p" or "div" or "li" or "tr" or "td" or "th" or "dt" or "dd" or "ul" or "ol";
}
