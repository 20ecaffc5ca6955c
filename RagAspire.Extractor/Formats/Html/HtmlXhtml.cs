using System.Net;
using System.Text;

namespace RagAspire.Extractor.Formats.Html;

/// <summary>
/// Makes XHTML readable for a parser of HTML: an element that closes itself gets an end tag, because such a title or script
/// would take the rest of the page, and marked sections become text.
/// </summary>
internal static class HtmlXhtml
{
    private const int HeadCharacters = 2048;
    private const int MaxTag = 8 * 1024;
    private const string Section = "<![CDATA[";

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Void = new HashSet<string>(
        ["area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"],
        StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    public static bool IsOne(string page)
    {
        var head = page.AsSpan(0, Math.Min(page.Length, HeadCharacters)).TrimStart();
        return head.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase)
            || head.Contains("//DTD XHTML", StringComparison.OrdinalIgnoreCase)
            || head.Contains("http://www.w3.org/1999/xhtml", StringComparison.OrdinalIgnoreCase);
    }

    public static string ToHtml(string page)
    {
        var html = new StringBuilder(page.Length + 256);
        var isRaw = false;
        var at = 0;
        while (page.IndexOf('<', at) is >= 0 and var start)
        {
            html.Append(page, at, start - at);
            var rest = page.AsSpan(start);
            if (rest.StartsWith(Section))
            {
                var close = page.IndexOf("]]>", start, StringComparison.Ordinal);
                var text = page[(start + Section.Length)..(close < 0 ? page.Length : close)];
                html.Append(isRaw ? text : WebUtility.HtmlEncode(text));
                at = close < 0 ? page.Length : close + 3;
                continue;
            }

            var end = rest.StartsWith("<!--") ? page.IndexOf("-->", start, StringComparison.Ordinal) is >= 0 and var closing ? closing + 3 : page.Length
                : TagEnd(page, start);
            var name = NameOf(page.AsSpan(start, end - start));
            var closesItself = end - start > 3 && page[end - 1] == '>' && page[end - 2] == '/';
            if (closesItself && name.Length > 0 && !Void.Contains(name))
            {
                html.Append(page, start, end - start - 2).Append("></").Append(name).Append('>');
            }
            else
            {
                html.Append(page, start, end - start);
                isRaw = name is "script" or "style" || (isRaw && !rest.StartsWith("</"));
            }

            at = end;
        }

        return html.Append(page, at, page.Length - at).ToString();
    }

    /// <summary>The position after the tag; attributes may hold the character that ends it.</summary>
    private static int TagEnd(string page, int start)
    {
        var quote = '\0';
        var limit = Math.Min(page.Length, start + MaxTag);
        for (var at = start + 1; at < limit; at++)
        {
            var character = page[at];
            if (quote != '\0')
            {
                quote = character == quote ? '\0' : quote;
            }
            else if (character is '"' or '\'')
            {
                quote = character;
            }
            else if (character == '>')
            {
                return at + 1;
            }
            else if (character == '<')
            {
                break;
            }
        }

        return start + 1;
    }

    private static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> tag)
    {
        var length = 1;
        while (length < tag.Length && (char.IsAsciiLetterOrDigit(tag[length]) || tag[length] is '-' or ':' or '_'))
        {
            length++;
        }

        return tag[1..length];
    }
}
