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
        Append(node, text, isRaw: false);
        return text.ToString();
    }

    /// <summary>As in the source.</summary>
    public static string Raw(INode node)
    {
        var text = new StringBuilder();
        Append(node, text, isRaw: true);
        return text.ToString();
    }

    private static void Append(INode node, StringBuilder text, bool isRaw)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        for (var child = node.FirstChild; child is not null; child = child.NextSibling)
        {
            switch (child)
            {
                case IText data when isRaw:
                    text.Append(data.Data);
                    break;
                case IText data:
                    HtmlWalker.AppendCollapsed(text, data.Data);
                    break;
                case IElement { LocalName: "script" or "style" or "template" or "rt" or "rp" }:
                    break;
                case IElement element:
                    text.Append(element.LocalName == "br" && isRaw ? "\n"
                        : IsApart(element.LocalName) && !isRaw ? " "
                        : string.Empty);
                    Append(element, text, isRaw);
                    text.Append(IsApart(element.LocalName) && !isRaw ? " " : string.Empty);
                    break;
                default:
                    break;
            }
        }
    }

    private static bool IsApart(string name) => name is "br" or "p" or "div" or "li" or "tr" or "td" or "th" or "dt" or "dd";
}
