using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace RagAspire.Extraction.Detection;

/// <summary>Detects the kind of a text. The file name only decides between Markdown, CSV and plain text.</summary>
internal static partial class TextKinds
{
    public static DocumentType Detect(ReadOnlySpan<byte> head, string? fileName)
    {
        if (TextEncodings.Detect(head) is not { } encoding)
        {
            return new DocumentType(
                "application/octet-stream", "This is a binary file of an unknown kind. " + ContentTypes.SupportedText);
        }

        var text = encoding.GetString(head).TrimStart('\ufeff').TrimStart();
        var extension = Path.GetExtension(fileName ?? string.Empty).ToLowerInvariant();
        return new DocumentType(Kind(text, extension, CodeNames.Contains(fileName)));
    }

    private static string Kind(string text, string extension, bool isCodeName)
    {
        var isMarkdownName = extension is ".md" or ".markdown" or ".mdx" or ".mkd";
        if (text.StartsWith(@"{\rtf", StringComparison.Ordinal) || text.StartsWith(@"{\urtf", StringComparison.Ordinal))
        {
            return ContentTypes.Rtf;
        }

        if (MarkedKinds.Of(text, extension) is { } marked)
        {
            return marked;
        }

        if (isCodeName && !HtmlStart().IsMatch(text))
        {
            return ContentTypes.Code;
        }

        if (text.StartsWith('<') && Markup(text, isMarkdownName) is { } markup)
        {
            return markup;
        }

        if (text.StartsWith('{') || text.StartsWith('['))
        {
            if (extension is ".json" or ".jsonl" or ".ndjson" || IsJson(text))
            {
                return ContentTypes.Json;
            }
        }

        return IsMail(text) ? ContentTypes.Mail
            : isMarkdownName ? ContentTypes.Markdown
            : extension is ".csv" ? ContentTypes.Csv
            : extension is ".tsv" or ".tab" && text.Contains('\t') ? ContentTypes.Tsv
            : extension is ".tsv" or ".tab" ? ContentTypes.Csv
            : extension is ".txt" or ".log" or ".text" ? ContentTypes.Text
            : Guess(text);
    }

    private static string? Markup(string text, bool isMarkdownName)
    {
        var start = text.AsSpan(0, Math.Min(text.Length, 4096));
        if (HtmlDocument().IsMatch(start))
        {
            return ContentTypes.Html;
        }

        if (text.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("<!DOCTYPE", StringComparison.OrdinalIgnoreCase))
        {
            return ContentTypes.Xml;
        }

        // Markdown may open with a comment or an element of HTML.
        return isMarkdownName ? null
            : HtmlElement().IsMatch(start) ? ContentTypes.Html
            : XmlElement().IsMatch(start) && text.AsSpan().TrimEnd().EndsWith('>') ? ContentTypes.Xml
            : null;
    }

    private static bool IsJson(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var options = new JsonReaderOptions
        {
            AllowMultipleValues = true,
            AllowTrailingCommas = true,
            CommentHandling = JsonCommentHandling.Skip,
            MaxDepth = 100_000,
        };
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, new JsonReaderState(options));
        var tokens = 0;
        try
        {
            while (reader.Read())
            {
                tokens++;
            }
        }
        catch (JsonException)
        {
            // JSON that is damaged after a valid start is still best read as JSON.
            return tokens > 20;
        }

        return tokens > 1 || reader.BytesConsumed + 4096 < bytes.Length || text.TrimEnd() is "{}" or "[]";
    }

    private static bool IsMail(string text)
    {
        var fields = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var isFirst = true;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.IsWhiteSpace())
            {
                break;
            }

            var field = MailField().EnumerateMatches(line);
            if (field.MoveNext())
            {
                fields.Add(line[..line.IndexOf(':')].ToString());
            }
            else if (!char.IsWhiteSpace(line[0]) && !(isFirst && line.StartsWith("From ")))
            {
                return false;
            }

            isFirst = false;
        }

        return fields.Count >= 2 && fields.Overlaps(
            ["From", "Received", "Return-Path", "Message-ID", "MIME-Version", "Delivered-To", "X-Sender", "Reply-To"]);
    }

    private static string Guess(string text)
    {
        var lines = text.Split('\n', 200);
        var sample = lines.AsSpan(0, lines.Length > 1 ? lines.Length - 1 : 1);
        var marks = 0;
        foreach (var line in sample)
        {
            marks += MarkdownMark().IsMatch(line) ? 1 : 0;
        }

        return marks >= 3 ? ContentTypes.Markdown : LooksLikeCsv(sample) ? ContentTypes.Csv : ContentTypes.Text;
    }

    private static bool LooksLikeCsv(ReadOnlySpan<string> lines)
    {
        foreach (var delimiter in ",;\t|")
        {
            var expected = lines[0].AsSpan().Count(delimiter);
            var same = 0;
            foreach (var line in lines)
            {
                same += line.AsSpan().Count(delimiter) == expected ? 1 : 0;
            }

            if (expected > 0 && lines.Length >= 3 && same == lines.Length)
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex(@"^<(!doctype\s+html|html[\s>])", RegexOptions.IgnoreCase)]
    private static partial Regex HtmlStart();

    [GeneratedRegex(
        @"^(?>(?:\s|<\?.*?\?>|<!--.*?-->)*)(<!doctype\s+html|<(html|head|body)[\s>])",
        RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex HtmlDocument();

    [GeneratedRegex(
        @"^(?>(?:\s|<!--.*?-->)*)<(h[1-6]|p|div|span|table|tr|td|ul|ol|li|a|b|i|em|strong|center|font|title|"
        + "meta|link|script|style|img|br|hr|pre|form|section|article|main|header|footer|nav|"
        + @"blockquote|iframe|frameset)[\s/>]",
        RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex HtmlElement();

    [GeneratedRegex(@"^(?>(?:\s|<!--.*?-->)*)<[\p{L}_][\w.:-]*(\s+[\w.:-]+\s*=\s*[""'][^<]*)?\s*/?>", RegexOptions.Singleline)]
    private static partial Regex XmlElement();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9-]{0,60}:(\s|$)")]
    private static partial Regex MailField();

    [GeneratedRegex(@"^(#{1,6} \S|```|\|? ?:?-{3,}:? ?\||[-*] \[[^\]]+\]\(|={3,}\s*$)")]
    private static partial Regex MarkdownMark();
}
