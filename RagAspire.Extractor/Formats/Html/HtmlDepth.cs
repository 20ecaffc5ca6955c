using System.Buffers;
using System.Text;

namespace RagAspire.Extractor.Formats.Html;

/// <summary>
/// Leaves out tags that are nested deeper than pages are, and keeps their text and the structure after them. The parser compares
/// each new element with all open ones. This is for simple nesting; what misleads it, <see cref="HtmlGuard"/> finds.
/// </summary>
internal static class HtmlDepth
{
    private const int Deepest = 128;

    // They have no end tag, or one that authors may leave out, so that they say nothing about the depth.
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Uncounted = new HashSet<string>(
    [
        "area", "base", "body", "br", "col", "colgroup", "dd", "dt", "embed", "head", "hr", "html", "img", "input", "li", "link",
        "meta", "optgroup", "option", "p", "param", "rp", "rt", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track",
        "wbr",
    ], StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-:");

    /// <returns>The same string when nothing is too deep.</returns>
    public static string Limit(string html)
    {
        StringBuilder? kept = null;
        var (depth, copied, at) = (0, 0, 0);
        while (at < html.Length && html.IndexOf('<', at) is >= 0 and var start && End(html, start) is >= 0 and var end)
        {
            var isEnd = html[start + 1] == '/';
            var name = Name(html.AsSpan(start + (isEnd ? 2 : 1)));
            at = name.IsEmpty && html[start + 1] != '!' ? start + 1 : end;
            if (name.IsEmpty || html[end - 2] == '/' || Uncounted.Contains(name))
            {
                continue;
            }

            var isTooDeep = isEnd ? depth > Deepest : depth >= Deepest;
            depth = isEnd ? Math.Max(depth - 1, 0) : depth + 1;
            if (isTooDeep)
            {
                kept ??= new StringBuilder(html.Length);
                kept.Append(html, copied, start - copied);
                copied = end;
            }
        }

        return kept is null ? html : kept.Append(html, copied, html.Length - copied).ToString();
    }

    /// <summary>The end of a tag or comment; −1 for one that never ends, with which the parser ends too.</summary>
    private static int End(string html, int start)
    {
        if (html.AsSpan(start).StartsWith("<!--", StringComparison.Ordinal))
        {
            var close = html.IndexOf("-->", start + 4, StringComparison.Ordinal);
            return close < 0 ? -1 : close + 3;
        }

        return html.IndexOf('>', start) + 1 is > 0 and var after ? after : -1;
    }

    private static ReadOnlySpan<char> Name(ReadOnlySpan<char> tag)
    {
        var length = tag.IndexOfAnyExcept(NameCharacters);
        return length < 0 ? tag : tag[..length];
    }
}
