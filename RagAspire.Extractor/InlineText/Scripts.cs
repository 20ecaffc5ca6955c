using System.Text;

namespace RagAspire.Extractor.InlineText;

/// <summary>
/// Writes raised, lowered, struck and hidden text so that it keeps its meaning on a plain line: 10^6 and not 106, and a
/// note mark never becomes a digit of the number before it.
/// </summary>
internal static class Scripts
{
    private const int MaxScript = 40;
    private const int UnitLetters = 4;

    private static readonly string[] Lengths = ["km", "cm", "mm", "dm", "nm", "ft", "yd", "mi"];

    public static string NoteMark(string label) => $"[^{label}]";

    public static string Struck(string text) => Wrapped(text, "~~", "~~");

    public static string Hidden(string text) => Wrapped(text, "[hidden: ", "]");

    /// <param name="isNote">The text is a link to a note.</param>
    public static void Raise(StringBuilder text, string raised, bool isNote = false)
    {
        raised = raised.Trim();
        if (raised.Length == 0)
        {
            return;
        }

        var label = raised.Trim('[', ']', '(', ')');
        if (isNote && label.Length is > 0 and <= 6)
        {
            text.Append(NoteMark(label));
            return;
        }

        text.Append(Base(text) switch
        {
            _ when raised.Length > MaxScript => $" {raised} ",
            Previous.Nothing => raised,
            _ when !raised.Any(char.IsDigit) => raised.Length <= 2 && raised.All(char.IsLetter) && IsExponentLetter(text, raised)
                ? $"^{raised}" : raised,
            Previous.Power => Power(raised),
            Previous.Number when IsSigned(raised) => Power(raised),
            _ when raised.All(IsMarkCharacter) => NoteMark(label),
            _ => Power(raised),
        });
    }

    public static void Lower(StringBuilder text, string lowered)
    {
        lowered = lowered.Trim();
        var isPlain = text.Length == 0 || lowered.Length > MaxScript || char.IsWhiteSpace(text[^1]) || text[^1] is '/' or '\u2044'
            || ((char.IsUpper(text[^1]) || text[^1] is ')' or ']' || IsSymbolEnd(text)) && lowered.All(char.IsAsciiDigit));
        text.Append(isPlain ? lowered : lowered.Length == 1 || lowered.All(char.IsLetterOrDigit) ? $"_{lowered}" : $"_({lowered})");
    }

    /// <summary>The first part of a fraction that is set as raised, slash and lowered.</summary>
    public static void Numerator(StringBuilder text, string raised) =>
        text.Append(text.Length > 0 && char.IsDigit(text[^1]) ? " " : string.Empty).Append(raised.Trim());

    private static string Power(string exponent) =>
        exponent.All(character => char.IsLetterOrDigit(character) || character is '-' or '+' or '\u2212' or '.' or ',')
            ? $"^{exponent}"
            : $"^({exponent})";

    // The second letter of a symbol of an element, as in Na2.
    private static bool IsSymbolEnd(StringBuilder text) =>
        text.Length > 1 && char.IsLower(text[^1]) && char.IsUpper(text[^2]) && (text.Length == 2 || !char.IsLetter(text[^3]));

    private static bool IsMarkCharacter(char character) =>
        char.IsDigit(character) || character is ',' or ' ' or '*' or '\u2013' or '-';

    private static bool IsSigned(string raised) => raised[0] is '-' or '+' or '\u2212';

    // x^n and e^x, but not 1st or 2nd.
    private static bool IsExponentLetter(StringBuilder text, string raised) =>
        char.IsLetter(text[^1]) && raised.Length == 1 && char.IsLower(raised[0]) && Word(text) <= 1;

    private static Previous Base(StringBuilder text)
    {
        if (text.Length == 0 || char.IsWhiteSpace(text[^1]))
        {
            return Previous.Nothing;
        }

        var last = text[^1];
        if (char.IsDigit(last))
        {
            return IsPowerBase(text) ? Previous.Power : Previous.Number;
        }

        // Units and variables are short, and follow a number or a bracket as often as a word does not.
        return last is '\u221a' or '\u03c0' or '\u03c3' || (char.IsLetter(last) && Word(text) is var length
            && (length == 1 || IsLength(text, length) || (length <= UnitLetters && FollowsNumber(text, length))))
            ? Previous.Power
            : Previous.Word;
    }

    // 10 and 2 alone, not the last digits of another number.
    private static bool IsPowerBase(StringBuilder text)
    {
        var start = text.Length;
        while (start > 0 && (char.IsDigit(text[start - 1]) || text[start - 1] is '.' or ','))
        {
            start--;
        }

        var length = text.Length - start;
        return (length == 2 && text[start] == '1' && text[start + 1] == '0') || (length == 1 && text[start] == '2');
    }

    private static int Word(StringBuilder text)
    {
        var start = text.Length;
        while (start > 0 && text.Length - start <= UnitLetters && char.IsLetter(text[start - 1]))
        {
            start--;
        }

        return text.Length - start;
    }

    private static bool IsLength(StringBuilder text, int length) =>
        length == 2 && Lengths.Contains(text.ToString(text.Length - 2, 2), StringComparer.Ordinal);

    private static bool FollowsNumber(StringBuilder text, int length)
    {
        var at = text.Length - length - 1;
        while (at >= 0 && text[at] is ' ' or '\u00a0' or '/' or '\u00b7')
        {
            at--;
        }

        return at >= 0 && (char.IsDigit(text[at]) || (at < text.Length - length - 1 && text[at + 1] is '/' or '\u00b7'));
    }

    private static string Wrapped(string text, string open, string close)
    {
        var trimmed = text.Trim();
        return trimmed.Length == 0 ? text : text.Replace(trimmed, open + trimmed + close, StringComparison.Ordinal);
    }

    private enum Previous
    {
        Nothing,
        Power,
        Number,
        Word,
    }
}
