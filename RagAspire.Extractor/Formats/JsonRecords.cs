namespace RagAspire.Extractor.Formats;

/// <summary>
/// Finds the records of damaged JSON: objects and arrays whose brackets match. A record that ends inside a text, or is broken
/// off, costs itself: the search goes on at the next line that begins one.
/// </summary>
internal static class JsonRecords
{
    // Values that are no JSON, but that programs write.
    private static readonly string[] Words = ["NaN", "-Infinity", "Infinity", "undefined", "None", "True", "False"];

    public static bool HasForeignWords(string text) => Array.Exists(Words, word => text.Contains(word, StringComparison.Ordinal));

    /// <summary>The text with its foreign values as strings.</summary>
    public static string WithoutForeignWords(string text)
    {
        var clean = new System.Text.StringBuilder(text.Length + 64);
        var isQuoted = false;
        for (var at = 0; at < text.Length; at++)
        {
            var character = text[at];
            if (isQuoted)
            {
                isQuoted = character is not ('"' or '\n');
                clean.Append(character);
                if (character == '\\' && at + 1 < text.Length)
                {
                    clean.Append(text[++at]);
                }
            }
            else if (character is 'N' or '-' or 'I' or 'u' or 'T' or 'F' && WordAt(text, at) is { } word)
            {
                clean.Append('"').Append(word).Append('"');
                at += word.Length - 1;
            }
            else
            {
                isQuoted = character == '"';
                clean.Append(character);
            }
        }

        return clean.ToString();
    }

    /// <param name="from">Where the damage is.</param>
    /// <returns>The records after it; null for each that is damaged itself.</returns>
    public static IEnumerable<string?> After(string text, int from)
    {
        var at = NextStart(text, from);
        while (at < text.Length)
        {
            if (End(text, at) is { } end)
            {
                yield return text[at..end];
                at = text.AsSpan(end).IndexOfAny('{', '[') is >= 0 and var next ? end + next : text.Length;
            }
            else
            {
                yield return null;
                at = NextStart(text, at + 1);
            }
        }
    }

    private static string? WordAt(string text, int at)
    {
        if (at > 0 && (char.IsLetterOrDigit(text[at - 1]) || text[at - 1] == '_'))
        {
            return null;
        }

        foreach (var word in Words)
        {
            if (string.CompareOrdinal(text, at, word, 0, word.Length) == 0
                && (at + word.Length == text.Length || !char.IsLetterOrDigit(text[at + word.Length])))
            {
                return word;
            }
        }

        return null;
    }

    /// <summary>The next line that begins with a bracket.</summary>
    private static int NextStart(string text, int from)
    {
        for (var line = text.IndexOf('\n', from); line >= 0; line = text.IndexOf('\n', line + 1))
        {
            var at = line + 1;
            while (at < text.Length && (text[at] is ' ' or '\t' or ',' or '\r'))
            {
                at++;
            }

            if (at < text.Length && text[at] is '{' or '[')
            {
                return at;
            }
        }

        return text.Length;
    }

    private static int? End(string text, int start)
    {
        var depth = 0;
        var isQuoted = false;
        for (var at = start; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\\' when isQuoted:
                    at++;
                    break;
                case '\n' when isQuoted:
                    return null;
                case '"':
                    isQuoted = !isQuoted;
                    break;
                case '{' or '[' when !isQuoted:
                    depth++;
                    break;
                case '}' or ']' when !isQuoted:
                    if (--depth == 0)
                    {
                        return at + 1;
                    }

                    break;
                default:
                    break;
            }
        }

        return null;
    }
}
