using System.Text;
using Markdig.Extensions.TaskLists;
using Markdig.Syntax.Inlines;
using RagAspire.Extractor.InlineText;

namespace RagAspire.Extractor.Formats;

/// <summary>The text of a line of Markdown: raised, lowered and struck text as such, also by tags of HTML.</summary>
internal static class MarkdownInlines
{
    public static string Text(ContainerInline? inline)
    {
        var text = new StringBuilder();
        Append(inline, text);
        return text.ToString();
    }

    private static void Append(ContainerInline? container, StringBuilder text)
    {
        var open = new Stack<(string Name, int Start)>();
        foreach (var inline in container ?? Enumerable.Empty<Markdig.Syntax.Inlines.Inline>())
        {
            switch (inline)
            {
                case LiteralInline literal:
                    text.Append(literal.Content);
                    break;
                case CodeInline code:
                    text.Append(code.Content);
                    break;
                case HtmlEntityInline entity:
                    text.Append(entity.Transcoded);
                    break;
                case AutolinkInline link:
                    text.Append(link.Url);
                    break;
                case LineBreakInline { IsHard: true }:
                    text.Append('\n');
                    break;
                case LineBreakInline:
                    text.Append(' ');
                    break;
                case TaskList task:
                    text.Append(task.Checked ? "[x]" : "[ ]");
                    break;
                case HtmlInline html:
                    Tag(html.Tag, open, text);
                    break;
                case LinkInline { IsImage: true } image:
                    var alternative = Text(image);
                    text.Append(alternative.Contains(' ') ? $"(image: {alternative})" : alternative);
                    break;
                case EmphasisInline { DelimiterChar: '^' or '~' } emphasis:
                    Emphasis(emphasis, text);
                    break;
                case ContainerInline inner:
                    Append(inner, text);
                    break;
                default:
                    break;
            }
        }
    }

    private static void Emphasis(EmphasisInline emphasis, StringBuilder text)
    {
        var inner = Text(emphasis);
        if (emphasis.DelimiterChar == '^')
        {
            Scripts.Raise(text, inner);
        }
        else if (emphasis.DelimiterCount == 2)
        {
            text.Append(Scripts.Struck(inner));
        }
        else
        {
            Scripts.Lower(text, inner);
        }
    }

    private static void Tag(string tag, Stack<(string Name, int Start)> open, StringBuilder text)
    {
        var name = tag.Trim('<', '>', '/', ' ').ToLowerInvariant();
        name = name.IndexOf(' ') is > 0 and var space ? name[..space] : name;
        if (name == "br")
        {
            text.Append('\n');
        }
        else if (name is "sup" or "sub" or "del" or "s" or "strike")
        {
            if (!tag.StartsWith("</", StringComparison.Ordinal))
            {
                open.Push((name, text.Length));
            }
            else if (open.TryPop(out var opened) && opened.Name == name)
            {
                var inner = text.ToString(opened.Start, text.Length - opened.Start);
                text.Length = opened.Start;
                Close(name, inner, text);
            }
        }
    }

    private static void Close(string name, string inner, StringBuilder text)
    {
        switch (name)
        {
            case "sup":
                Scripts.Raise(text, inner);
                break;
            case "sub":
                Scripts.Lower(text, inner);
                break;
            default:
                text.Append(Scripts.Struck(inner));
                break;
        }
    }
}
