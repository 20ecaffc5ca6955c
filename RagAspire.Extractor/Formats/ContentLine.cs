using System.Text;

namespace RagAspire.Extractor.Formats;

/// <summary>A property of a calendar or of an address book: <c>GROUP.NAME;PARAMETER=VALUE:value</c>.</summary>
/// <param name="Name">In upper case, without its group.</param>
/// <param name="Parameters">Names in upper case; parameters without a name, of old address books, are types.</param>
/// <param name="Value">With its escapes.</param>
internal sealed record ContentLine(string Name, ILookup<string, string> Parameters, string Value)
{
    private const int LongestLine = 64 * 1024;

    public string Text => Unescape(Value);

    /// <summary>The parts of a structured value, such as an address.</summary>
    public IEnumerable<string> Parts => Split(Value, ';').Select(Unescape);

    /// <summary>The values of a list.</summary>
    public IEnumerable<string> Items => Split(Value, ',').Select(Unescape);

    /// <summary>The properties of a text, with broken lines joined.</summary>
    public static IEnumerable<ContentLine> Of(string text)
    {
        var line = new StringBuilder();
        var isQuoted = false;
        foreach (var next in text.Split('\n').Select(next => next.TrimEnd('\r')).Append("."))
        {
            var isSoft = line.Length > 0 && line[^1] == '=' && isQuoted;
            if (isSoft || (next.Length > 0 && next[0] is ' ' or '\t'))
            {
                line.Length -= isSoft ? 1 : 0;
                line.Append(line.Length < LongestLine ? next.AsSpan(isSoft || line.Length == 0 ? 0 : 1) : []);
                continue;
            }

            if (Parse(line.ToString()) is { } property)
            {
                yield return property;
            }

            line.Clear().Append(next);
            isQuoted = IsQuoted(next);
        }
    }

    private static bool IsQuoted(string line) => line.Contains("QUOTED-PRINTABLE:", StringComparison.OrdinalIgnoreCase)
        || line.Contains("QUOTED-PRINTABLE;", StringComparison.OrdinalIgnoreCase);

    private static ContentLine? Parse(string line)
    {
        var colon = Colon(line);
        if (colon <= 0)
        {
            return null;
        }

        var head = line[..colon].Split(';');
        var parameters = head.Skip(1).Select(part => part.Split('=', 2))
            .ToLookup(
                pair => pair.Length == 2 ? pair[0].ToUpperInvariant() : "TYPE", pair => pair[^1].Trim('"'), StringComparer.Ordinal);
        var value = line[(colon + 1)..];
        if (parameters["ENCODING"].Concat(parameters["TYPE"]).Contains("QUOTED-PRINTABLE", StringComparer.OrdinalIgnoreCase))
        {
            value = Unquote(value, TextDecoder.EncodingNamed(parameters["CHARSET"].FirstOrDefault()) ?? Encoding.UTF8);
        }

        return new ContentLine(head[0][(head[0].IndexOf('.') + 1)..].Trim().ToUpperInvariant(), parameters, value);
    }

    // The first colon outside of quotes.
    private static int Colon(string line)
    {
        var isQuoted = false;
        for (var at = 0; at < line.Length; at++)
        {
            isQuoted ^= line[at] == '"';
            if (line[at] == ':' && !isQuoted)
            {
                return at;
            }
        }

        return line.IndexOf(':');
    }

    private static string Unquote(string value, Encoding encoding)
    {
        var bytes = new List<byte>(value.Length);
        for (var at = 0; at < value.Length; at++)
        {
            if (value[at] == '=' && at + 2 < value.Length
                && char.IsAsciiHexDigit(value[at + 1]) && char.IsAsciiHexDigit(value[at + 2]))
            {
                bytes.Add(Convert.ToByte(value.Substring(at + 1, 2), 16));
                at += 2;
            }
            else
            {
                bytes.AddRange(encoding.GetBytes(value[at].ToString()));
            }
        }

        return encoding.GetString([.. bytes]);
    }

    private static List<string> Split(string value, char separator)
    {
        var parts = new List<string>();
        var start = 0;
        for (var at = 0; at <= value.Length; at++)
        {
            if (at == value.Length || value[at] == separator)
            {
                parts.Add(value[start..at]);
                start = at + 1;
            }
            else if (value[at] == '\\')
            {
                at++;
            }
        }

        return parts;
    }

    private static string Unescape(string value)
    {
        if (!value.Contains('\\'))
        {
            return value;
        }

        var text = new StringBuilder(value.Length);
        for (var at = 0; at < value.Length; at++)
        {
            var isEscape = value[at] == '\\' && at + 1 < value.Length && value[at + 1] is 'n' or 'N' or ',' or ';' or '\\' or ':';
            text.Append(!isEscape ? value[at] : value[++at] is 'n' or 'N' ? '\n' : value[at]);
        }

        return text.ToString();
    }
}
