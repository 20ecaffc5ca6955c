using System.Globalization;

namespace RagAspire.Extractor.Encodings;

/// <summary>
/// How much a decoded text looks like text: letters of one script within a word, letters that belong to one language, and no
/// control characters and the like. 1 is perfect; a wrong code page is near 0 or below.
/// </summary>
internal static class Plausibility
{
    private const double Impossible = -3;
    private const double Rare = .1;
    private const double MixedScripts = -.8;

    public static double Of(string text)
    {
        var sum = 0.0;
        var count = 0;
        var latin = new Dictionary<char, int>();
        var latinCount = 0;
        for (var index = 0; index < text.Length; index++)
        {
            var character = text[index];
            if (character < 0x80)
            {
                continue;
            }

            count++;
            var script = Letters.Of(character);
            if (script == Script.Latin)
            {
                latinCount++;
                var lower = char.ToLowerInvariant(character);
                latin[lower] = latin.GetValueOrDefault(lower) + 1;
                sum += IsCaseBroken(text, index) ? -1 : 0;
            }
            else
            {
                sum += Value(text, index, script);
            }
        }

        if (count == 0)
        {
            return 1;
        }

        var coverage = Alphabets.Coverage(latin);
        return (sum + (latinCount * (coverage > .97 ? .95 : coverage * .6))) / count;
    }

    private static double Value(string text, int index, Script script)
    {
        var before = index > 0 ? text[index - 1] : ' ';
        var after = index + 1 < text.Length ? text[index + 1] : ' ';
        switch (script)
        {
            case Script.None:
                return Symbol(text[index], before, after);
            case Script.Cyrillic or Script.Greek:
                return IsLatin(before) || IsLatin(after) ? MixedScripts : IsCaseBroken(text, index) ? -.5 : .9;
            case Script.Hebrew or Script.Arabic:
                return IsLatin(before) || IsLatin(after) ? MixedScripts : .85;
            case Script.Thai:
                return IsLatin(before) || IsLatin(after) ? MixedScripts : ThaiMarks(text[index], before);
            case Script.HalfKatakana:
                return .3;
            case Script.Han:
                return IsLatin(before) && IsLatin(after) ? MixedScripts : Letters.IsCommonHan(text[index]) ? .9 : .35;
            case Script.Hangul when !Letters.IsCommonHangul(text[index]):
                return 0;
            default:
                return IsLatin(before) && IsLatin(after) ? MixedScripts : .95;
        }
    }

    // Vowels above and below, and tones, follow a letter.
    private static double ThaiMarks(char character, char before) =>
        char.GetUnicodeCategory(character) != UnicodeCategory.NonSpacingMark || Letters.Of(before) == Script.Thai ? .95 : -1;

    private static double Symbol(char character, char before, char after)
    {
        var category = char.GetUnicodeCategory(character);
        return character == '\ufffd' || category is UnicodeCategory.Control or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate ? Impossible
            : "\u00a0–—‘’“”„«»…€°§²³½¼©®·•".Contains(character) && !(char.IsLetter(before) && char.IsLetter(after) && character != '’') ? .8
            : character == '\u30fb' && before == character ? Impossible
            : character is (>= '\u3000' and <= '\u303f') or (>= '\uff00' and <= '\uff60') ? .9
            : char.IsLetter(before) && char.IsLetter(after) ? -1
            : Rare;
    }

    // A capital after a small letter of the same word.
    private static bool IsCaseBroken(string text, int index) =>
        char.IsUpper(text[index]) && index > 0 && char.IsLower(text[index - 1]);

    private static bool IsLatin(char character) =>
        char.IsAsciiLetter(character) || (character >= 0x80 && Letters.Of(character) == Script.Latin);
}
