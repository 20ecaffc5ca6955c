using System.Globalization;
using System.Text;

namespace RagAspire.Extractor;

/// <summary>Normalises text: no control characters, no invalid characters, no superfluous white space.</summary>
internal static class CleanText
{
    public const string CellSeparator = " | ";

    // Unicode's stream-safe format: more marks on one letter are no text, and ordering them takes quadratic time.
    private const int MaxMarks = 30;

    private static readonly string[] Ligatures = ["ff", "fi", "fl", "ffi", "ffl", "st", "st"];

    /// <summary>Puts all on one line, with single spaces.</summary>
    public static string Line(string? text) => Clean(text, keepLines: false, keepSpaces: false);

    /// <summary>Keeps lines, with single spaces and without empty lines.</summary>
    public static string Lines(string? text) => Clean(text, keepLines: true, keepSpaces: false);

    /// <summary>Keeps lines and their indentation.</summary>
    public static string Code(string? text) => Clean(text, keepLines: true, keepSpaces: true);

    /// <summary>One line in a table, whose bars are escaped.</summary>
    public static string Cell(string? text)
    {
        var line = Line(text);
        return line.Contains('|') ? line.Replace("|", "\\|", StringComparison.Ordinal) : line;
    }

    /// <summary>A cell outside a table.</summary>
    public static string Uncell(string text) => text.Replace("\\|", "|", StringComparison.Ordinal);

    /// <summary>The position to cut a long text at: a line end, else a space, else between characters.</summary>
    public static int CutBefore(string text, int position)
    {
        var window = text.AsSpan(position / 2, position - (position / 2));
        var cut = window.LastIndexOf('\n');
        cut = cut >= 0 ? cut : window.LastIndexOf(' ');
        return cut >= 0 ? (position / 2) + cut + 1
            : char.IsLowSurrogate(text[position]) ? position - 1
            : position;
    }

    private static string Clean(string? text, bool keepLines, bool keepSpaces)
    {
        if (string.IsNullOrEmpty(text))
        {
            return string.Empty;
        }

        var clean = new StringBuilder(text.Length);
        var marks = 0;
        for (var index = 0; index < text.Length; index++)
        {
            marks = IsMark(text, index) ? marks + 1 : 0;
            if (marks > MaxMarks)
            {
                index += char.IsHighSurrogate(text[index]) ? 1 : 0;
                continue;
            }

            Append(clean, text, ref index, keepLines, keepSpaces);
        }

        while (clean.Length > 0 && char.IsWhiteSpace(clean[^1]))
        {
            clean.Length--;
        }

        var result = clean.ToString();
        result = keepSpaces ? result.TrimStart('\n') : result;
        return result.IsNormalized() ? result : result.Normalize();
    }

    private static void Append(StringBuilder clean, string text, ref int index, bool keepLines, bool keepSpaces)
    {
        var character = text[index];
        switch (character)
        {
            case '\n' or '\r' or '\v' or '\f' or '\u0085' or '\u2028' or '\u2029' when keepLines:
                if (character == '\n' && index > 0 && text[index - 1] == '\r')
                {
                    break;
                }

                Trim(clean, keepSpaces);
                if (keepSpaces || (clean.Length > 0 && clean[^1] != '\n'))
                {
                    clean.Append('\n');
                }

                break;
            case '\t' when keepSpaces:
                clean.Append("    ");
                break;
            case var _ when char.IsWhiteSpace(character):
                if (keepSpaces || (clean.Length > 0 && clean[^1] is not (' ' or '\n')))
                {
                    clean.Append(' ');
                }

                break;
            case '\uf0b7' or '\uf0a7' or '\uf0d8' or '\uf076' or '\uf0fc':
                // Bullets of symbol fonts.
                clean.Append('•');
                break;
            case '\u00ad' or '\ufeff' or '\ufffe' or '\uffff' or '\u200b' or '\u200e' or '\u200f':
            case (>= '\u202a' and <= '\u202e') or (>= '\u2060' and <= '\u2069') or (>= '\ufff9' and <= '\ufffb'):
            case var _ when char.IsControl(character):
                break;
            case >= '\ufb00' and <= '\ufb06':
                clean.Append(Ligatures[character - '\ufb00']);
                break;
            case var _ when char.IsHighSurrogate(character) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]):
                clean.Append(character).Append(text[++index]);
                break;
            case var _ when char.IsSurrogate(character):
                clean.Append('\ufffd');
                break;
            default:
                clean.Append(character);
                break;
        }
    }

    private static bool IsMark(string text, int index) => text[index] >= '\u0300'
        && CharUnicodeInfo.GetUnicodeCategory(text, index)
            is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    private static void Trim(StringBuilder clean, bool keepSpaces)
    {
        while (clean.Length > 0 && clean[^1] == ' ' && (!keepSpaces || clean.Length > 1))
        {
            clean.Length--;
        }
    }
}
