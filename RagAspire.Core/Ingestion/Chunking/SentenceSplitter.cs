using System.Buffers;

namespace RagAspire.Ingestion.Chunking;

/// <summary>Finds where sentences end, by punctuation, in scripts with and without spaces.</summary>
internal static class SentenceSplitter
{
    private static readonly SearchValues<char> Enders = SearchValues.Create(".!?…。！？｡।॥؟۔։።");
    private static readonly SearchValues<char> Closers = SearchValues.Create("\"')]}»”’」』）】〉》");

    // After these a full stop seldom ends a sentence.
    private static readonly HashSet<string> Abbreviations = new(
        [
            "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "vs", "etc", "e.g", "i.e", "cf", "al", "fig", "figs", "eq",
            "no", "nos", "vol", "pp", "p", "ed", "eds", "inc", "ltd", "co", "corp", "dept", "approx", "sec", "ch", "art",
            "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "u.s", "u.k", "z.b", "d.h", "bzw", "ca",
            "nr", "abs", "bspw", "usw", "gen", "gov", "sen", "rep", "hon", "rev", "col", "capt", "lt", "sgt", "mt", "ave", "blvd",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> AbbreviationLookup =
        Abbreviations.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The length of the first sentence of a text, with its closing quotes and without the space behind it.</summary>
    public static int FirstLength(ReadOnlySpan<char> text)
    {
        var at = 0;
        while (at < text.Length && text[at..].IndexOfAny(Enders) is >= 0 and var next)
        {
            at += next;
            var end = at + 1;
            while (end < text.Length && (Enders.Contains(text[end]) || Closers.Contains(text[end])))
            {
                end++;
            }

            if (end == text.Length || IsEnd(text, at, end))
            {
                return end;
            }

            at = end;
        }

        return text.Length;
    }

    private static bool IsEnd(ReadOnlySpan<char> text, int mark, int end)
    {
        if (text[mark] is '。' or '！' or '？' or '｡' or '।' or '॥')
        {
            return true;
        }

        if (!char.IsWhiteSpace(text[end]))
        {
            return false;
        }

        var rest = text[end..].TrimStart();
        if (rest.IsEmpty || char.IsLower(rest[0]))
        {
            return false;
        }

        return text[mark] != '.' || !IsAbbreviation(text[..mark]);
    }

    private static bool IsAbbreviation(ReadOnlySpan<char> before)
    {
        var start = before.LastIndexOfAny(" \n([\"") + 1;
        var word = before[start..];
        var isNumber = start == 0 && word.Length <= 3 && !word.ContainsAnyExceptInRange('0', '9');
        return isNumber || (word.Length == 1 && char.IsUpper(word[0])) || AbbreviationLookup.Contains(word);
    }
}
