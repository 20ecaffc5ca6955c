using System.Collections;
using System.Text;

namespace RagAspire.Extractor.Formats;

/// <summary>
/// The records of separated values, as spreadsheets and scripts write them: quotes that belong to the text, such as inch marks,
/// backslashes before quotes, and quotes that are never closed.
/// </summary>
internal sealed class CsvRecords(string text, char separator) : IEnumerable<IReadOnlyList<string>>
{
    private const string Separators = ",;\t|";
    private const int SampleLines = 50;
    private const int SampleCharacters = 64 * 1024;
    private const int MaxQuoted = 64 * 1024;
    private const int MaxUnclosed = 50;

    private readonly bool _hasEscapes = HasEscapes(text);
    private int _unclosed;

    public char Separator => separator;

    /// <summary>The separator with which most lines have the same number of values.</summary>
    public static char Delimiter(string text)
    {
        var sample = text.Length <= SampleCharacters ? text : text[..SampleCharacters];
        var best = (Separator: ',', Score: 0);
        foreach (var candidate in Separators)
        {
            var usual = new CsvRecords(sample, candidate).Take(SampleLines).Where(record => record.Count > 1)
                .CountBy(record => record.Count).OrderByDescending(count => count.Value * count.Key).FirstOrDefault();
            var score = usual.Value * Math.Min(usual.Key, 20);
            if (score > best.Score)
            {
                best = (candidate, score);
            }
        }

        return best.Separator;
    }

    public IEnumerator<IReadOnlyList<string>> GetEnumerator()
    {
        for (var at = 0; at < text.Length;)
        {
            var record = new List<string>();
            at = Record(at, record);
            if (record.Count > 1 || record[0].Length > 0)
            {
                yield return record;
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int Record(int at, List<string> record)
    {
        while (true)
        {
            at = Value(at, out var value);
            record.Add(value);
            if (at >= text.Length || text[at] != separator)
            {
                return LineEnd(at);
            }

            at++;
            if (at == text.Length)
            {
                record.Add(string.Empty);
                return at;
            }
        }
    }

    private int LineEnd(int at) => at + 1 < text.Length && text[at] == '\r' && text[at + 1] == '\n' ? at + 2 : at + 1;

    private int Value(int at, out string value)
    {
        var start = at;
        while (start < text.Length && text[start] == ' ')
        {
            start++;
        }

        if (start < text.Length && text[start] == '"' && Quoted(start, out value) is { } end)
        {
            return end;
        }

        end = Plain(at);
        value = text[at..end];
        return end;
    }

    private int Plain(int at)
    {
        var length = text.AsSpan(at).IndexOfAny(separator, '\n', '\r');
        return length < 0 ? text.Length : at + length;
    }

    /// <returns>The position after the value; null when its quote is never closed.</returns>
    private int? Quoted(int start, out string value)
    {
        value = string.Empty;
        if (_unclosed > MaxUnclosed)
        {
            return null;
        }

        var content = new StringBuilder();
        var limit = Math.Min(text.Length, start + MaxQuoted);
        var hasLines = false;
        for (var at = start + 1; at < limit; at++)
        {
            var character = text[at];
            hasLines |= character == '\n';
            if (character == '\\' && _hasEscapes && at + 1 < text.Length && text[at + 1] is '"' or '\\')
            {
                content.Append(text[++at]);
            }
            else if (character != '"')
            {
                content.Append(character);
            }
            else if (at + 1 < text.Length && text[at + 1] == '"')
            {
                content.Append('"');
                at++;
            }
            else if (EndOfValue(at + 1) is { } end)
            {
                value = content.ToString();
                return end;
            }
            else if (text[at - 1] == separator && hasLines)
            {
                // Another value starts on a later line, so that this one was never closed.
                break;
            }
            else
            {
                // An inch mark, or a quote that was not doubled.
                content.Append('"');
            }
        }

        _unclosed++;
        return null;
    }

    private int? EndOfValue(int at)
    {
        while (at < text.Length && text[at] == ' ')
        {
            at++;
        }

        return at == text.Length || text[at] == separator || text[at] is '\r' or '\n' ? at : null;
    }

    // Backslashes escape quotes where one does before a letter, and no quote is doubled inside a value.
    private static bool HasEscapes(string text)
    {
        var found = false;
        for (var at = text.IndexOf("\\\"", StringComparison.Ordinal); at >= 0; at = text.IndexOf("\\\"", at + 2, StringComparison.Ordinal))
        {
            found |= at + 2 < text.Length && char.IsLetterOrDigit(text[at + 2]);
        }

        return found;
    }
}
