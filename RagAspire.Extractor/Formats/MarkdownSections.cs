using System.Text;

namespace RagAspire.Extractor.Formats;

/// <summary>
/// Cuts Markdown into sections that are parsed one by one, because the time of the parser grows with the square of the size
/// for unclosed links, comments, tables and deep lists. A cut is before a line that begins a block, where there is one.
/// </summary>
internal static class MarkdownSections
{
    private const int MaxSection = 32 * 1024;
    private const int MaxLine = 8 * 1024;
    private const int MaxOpenBrackets = 200;

    /// <returns>The sections; plain ones would take the parser too long.</returns>
    public static IEnumerable<(string Text, bool IsPlain)> Of(string text) =>
        Cut(text).Select(section => (section.Text, section.IsPlain || HasOpenBrackets(section.Text)));

    private static IEnumerable<(string Text, bool IsPlain)> Cut(string text)
    {
        var section = new StringBuilder();
        var (boundary, wasBlank, fence) = (0, false, (string?)null);
        foreach (var whole in Lines(text))
        {
            var line = whole.Length > MaxLine ? WithoutData(whole) : whole;
            if (line.Length > MaxLine)
            {
                yield return (section.ToString(), false);
                yield return (line, true);
                section.Clear();
                boundary = 0;
                continue;
            }

            boundary = fence is null && wasBlank && line.Length > 0 && !char.IsWhiteSpace(line[0]) ? section.Length : boundary;
            if (section.Length + line.Length > MaxSection)
            {
                var end = boundary > 0 ? boundary : section.Length;
                yield return (section.ToString(0, end), false);
                section.Remove(0, end);
                section.Insert(0, end == boundary || fence is null ? string.Empty : $"{fence}\n");
                boundary = 0;
            }

            section.Append(line).Append('\n');
            wasBlank = string.IsNullOrWhiteSpace(line);
            fence = Fence(line, fence);
        }

        yield return (section.ToString(), false);
    }

    // Each bracket is tried with all that follow.
    private static bool HasOpenBrackets(string text)
    {
        var open = 0;
        foreach (var character in text)
        {
            open += character == '[' ? 1 : character == ']' && open > 0 ? -1 : 0;
            if (open > MaxOpenBrackets)
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<string> Lines(string text)
    {
        using var reader = new StringReader(text);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary>The marker of the code block that is open after this line.</summary>
    private static string? Fence(string line, string? open)
    {
        var trimmed = line.AsSpan().TrimStart();
        var length = trimmed.Length > 0 && trimmed[0] is '`' or '~' ? trimmed.IndexOfAnyExcept(trimmed[0]) : 0;
        length = length < 0 ? trimmed.Length : length;
        if (length < 3)
        {
            return open;
        }

        var marker = trimmed[..length].ToString();
        var isEnd = open is not null && marker[0] == open[0] && length >= open.Length && trimmed[length..].IsWhiteSpace();
        return isEnd ? null : open ?? marker;
    }

    /// <summary>The line without embedded pictures.</summary>
    private static string WithoutData(string line)
    {
        var text = new StringBuilder();
        var at = 0;
        while (line.IndexOf("(data:", at, StringComparison.Ordinal) is >= 0 and var start
            && line.IndexOf(')', start) is >= 0 and var end)
        {
            text.Append(line, at, start + 1 - at);
            at = end;
        }

        return text.Append(line, at, line.Length - at).ToString();
    }
}
