using System.Globalization;
using System.Text.RegularExpressions;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>Reads single values from the source of a PDF dictionary.</summary>
internal static class PdfSyntax
{
    public static bool HasType(string dictionary, string type) =>
        Regex.IsMatch(dictionary, $@"/Type\s*/{type}(?![A-Za-z])", RegexOptions.CultureInvariant);

    public static int Number(string dictionary, string key) =>
        Value(dictionary, key) is { } value
        && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : -1;

    /// <summary>The object that a key refers to; -1 when it refers to none.</summary>
    public static int Reference(string dictionary, string key) =>
        Regex.Match(dictionary, $@"/{key}\s+(\d{{1,8}})\s+\d{{1,5}}\s+R") is { Success: true } match
            ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : -1;

    /// <summary>The source of a value: a number, a reference, an array or a dictionary; null when the key is missing.</summary>
    public static string? Value(string dictionary, string key)
    {
        var match = Regex.Match(dictionary, $@"/{key}(?![A-Za-z])\s*", RegexOptions.CultureInvariant);
        if (!match.Success)
        {
            return null;
        }

        var rest = dictionary.AsSpan(match.Index + match.Length);
        return rest.StartsWith("<<") ? Balanced(rest, "<<", ">>")
            : rest.StartsWith("[") ? Balanced(rest, "[", "]")
            : Regex.Match(rest.ToString(), @"^(\d+\s+\d+\s+R|-?[\d.]+)") is { Success: true } plain ? plain.Value
            : null;
    }

    private static string? Balanced(ReadOnlySpan<char> text, string open, string close)
    {
        var depth = 0;
        for (var at = 0; at < text.Length;)
        {
            if (text[at..].StartsWith(open))
            {
                depth++;
                at += open.Length;
            }
            else if (text[at..].StartsWith(close))
            {
                at += close.Length;
                if (--depth == 0)
                {
                    return text[..at].ToString();
                }
            }
            else
            {
                at++;
            }
        }

        return null;
    }
}
