using System.Globalization;
using System.Text;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>Restores the logical order of Hebrew and Arabic, which a page has in visual order.</summary>
internal static class RightToLeft
{
    private const string Open = "([{<«";
    private const string Close = ")]}>»";

    /// <summary>The logical order of a text that was collected from left to right.</summary>
    public static string Logical(string visual)
    {
        var rightToLeft = visual.Count(IsRightToLeft);
        if (rightToLeft == 0 || rightToLeft * 2 < visual.Count(char.IsLetter))
        {
            return visual;
        }

        var elements = Elements(visual);
        elements.Reverse();
        var text = new StringBuilder(visual.Length);
        for (var index = 0; index < elements.Count;)
        {
            var end = index;
            while (end < elements.Count && IsLeftToRight(elements, end))
            {
                end++;
            }

            // Numbers and words of other scripts keep their direction.
            for (var at = end - 1; at >= index; at--)
            {
                text.Append(elements[at]);
            }

            if (end == index)
            {
                text.Append(Mirrored(elements[index]));
                end++;
            }

            index = end;
        }

        return text.ToString();
    }

    private static List<string> Elements(string text)
    {
        var elements = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text, at);
            elements.Add(text.Substring(at, length));
            at += length;
        }

        return elements;
    }

    private static bool IsLeftToRight(List<string> elements, int index)
    {
        var character = elements[index][0];
        return char.IsLetterOrDigit(character) && !IsRightToLeft(character)
            || (character is '.' or ',' or '/' or ':' or '-' or '%' && index > 0 && index + 1 < elements.Count
                && char.IsAsciiLetterOrDigit(elements[index - 1][0]) && char.IsAsciiLetterOrDigit(elements[index + 1][0]));
    }

    private static string Mirrored(string element) =>
        Open.IndexOf(element[0], StringComparison.Ordinal) is >= 0 and var open ? Close[open].ToString()
        : Close.IndexOf(element[0], StringComparison.Ordinal) is >= 0 and var close ? Open[close].ToString()
        : element;

    private static bool IsRightToLeft(char character) =>
        character is >= '\u0590' and <= '\u08ff' or >= '\ufb1d' and <= '\ufdff' or >= '\ufe70' and <= '\ufefc';
}
