using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace RagAspire.Extractor.Formats.Html;

/// <summary>
/// The text of a page without its structure, for pages that the parser cannot read in reasonable time. Linear in the size.
/// </summary>
internal static partial class HtmlStripper
{
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Inline = new HashSet<string>(
        [
            "a", "abbr", "b", "big", "cite", "code", "em", "font", "i", "q", "s", "small", "span", "strong", "sub", "sup", "tt",
            "u",
        ],
        StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly string[] Hidden = ["script", "style", "template", "svg"];

    public static void Read(string html, DocumentSink sink)
    {
        var text = new StringBuilder(html.Length);
        var at = 0;
        while (at < html.Length)
        {
            var start = html.IndexOf('<', at);
            text.Append(html, at, (start < 0 ? html.Length : start) - at);
            if (start < 0)
            {
                break;
            }

            at = End(html, start);
            text.Append(IsInline(html.AsSpan(start, at - start)) ? string.Empty : "\n\n");
        }

        PlainTextFormat.Read(WebUtility.HtmlDecode(LineEnds().Replace(text.ToString(), "\n\n")), sink);
    }

    private static int End(string html, int start)
    {
        var rest = html.AsSpan(start + 1);
        foreach (var name in Hidden)
        {
            if (rest.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                return After(html, $"</{name}", start);
            }
        }

        return rest.StartsWith("!--", StringComparison.Ordinal) ? After(html, "-->", start) : After(html, ">", start);
    }

    // Without an end the rest of the page is markup, as for browsers.
    private static int After(string html, string end, int start) =>
        html.IndexOf(end, start, StringComparison.OrdinalIgnoreCase) is >= 0 and var found ? found + end.Length : html.Length;

    private static bool IsInline(ReadOnlySpan<char> tag)
    {
        var name = tag[1..].TrimStart('/');
        var length = name.IndexOfAny(' ', '>', '/');
        return length <= 0 || Inline.Contains(name[..length]);
    }

    [GeneratedRegex(@"\n{3,}")]
    private static partial Regex LineEnds();
}
