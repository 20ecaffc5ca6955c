using System.Runtime.CompilerServices;
using System.Text;
using System.Xml.Linq;
using AngleSharp.Dom;
using RagAspire.Extractor.InlineText;

namespace RagAspire.Extractor.Formats.Html;

/// <summary>Elements inside a line that mean something else than the text around them, and values that are no text.</summary>
internal static class HtmlInlines
{
    /// <summary>Appends the element when it is of these kinds.</summary>
    /// <param name="siblings">The element is one of them, at <paramref name="index"/>.</param>
    public static bool TryAppend(IElement element, StringBuilder text, INodeList siblings, int index)
    {
        switch (element.LocalName)
        {
            case "sup":
                Superscript(element, text, index + 1 < siblings.Length ? siblings[index + 1] : null);
                break;
            case "sub":
                Scripts.Lower(text, HtmlText.Of(element));
                break;
            case "del" or "s" or "strike":
                text.Append(Scripts.Struck(HtmlText.Of(element)));
                break;
            case "math":
                text.Append(' ').Append(LinearMath.Of(Tree(element))).Append(' ');
                break;
            case "img" or "area":
                text.Append(Alternative(element.GetAttribute("alt")));
                break;
            case "input":
                text.Append(Input(element));
                break;
            case "textarea":
                text.Append(' ').Append(element.TextContent).Append(' ');
                break;
            case "select":
                text.Append(' ').Append(Chosen(element)).Append(' ');
                break;
            default:
                return false;
        }

        return true;
    }

    // Of a fraction such as 1 1/2, the raised number is followed by a slash.
    private static void Superscript(IElement element, StringBuilder text, INode? next)
    {
        var raised = HtmlText.Of(element);
        var after = (next?.TextContent ?? string.Empty).AsSpan().TrimStart();
        if (after.StartsWith("/") || after.StartsWith("\u2044"))
        {
            Scripts.Numerator(text, raised);
            return;
        }

        var link = element.QuerySelector("a") ?? (element.ParentElement?.LocalName == "a" ? element.ParentElement : null);
        Scripts.Raise(text, raised, link?.GetAttribute("href")?.Contains('#') == true);
    }

    private static string Alternative(string? text)
    {
        var words = text?.Trim() ?? string.Empty;
        return words.Length == 0 ? string.Empty
            : words.Contains(' ') ? $" (image: {words}) "
            : words.Any(char.IsLetterOrDigit) ? string.Empty
            : words;
    }

    private static string Input(IElement input)
    {
        var isChecked = input.HasAttribute("checked");
        return input.GetAttribute("type")?.ToLowerInvariant() switch
        {
            "checkbox" => isChecked ? "[x] " : "[ ] ",
            "radio" => isChecked ? "(x) " : "( ) ",
            "hidden" or "submit" or "button" or "image" or "reset" or "password" or "file" => string.Empty,
            _ => $" {input.GetAttribute("value")} ",
        };
    }

    private static string Chosen(IElement select)
    {
        var options = select.QuerySelectorAll("option");
        var chosen = options.Where(option => option.HasAttribute("selected")).ToList();
        return string.Join(", ", chosen.Select(option => option.TextContent.Trim()));
    }

    private static XElement Tree(IElement element)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var tree = new XElement(element.LocalName);
        foreach (var child in element.ChildNodes)
        {
            tree.Add(child switch
            {
                IElement inner => Tree(inner),
                IText text => new XText(text.Data.Trim()),
                _ => null,
            });
        }

        return tree;
    }
}
