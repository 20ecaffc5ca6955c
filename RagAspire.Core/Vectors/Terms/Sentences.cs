using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace RagAspire.Vectors.Terms;

/// <summary>A sentence, list item or table row inside a longer text.</summary>
internal readonly record struct TextSpan(int Start, int End)
{
    public int Length => End - Start;

    public string Of(string text) => text[Start..End];
}

/// <summary>Splits text of any kind into sentences: prose whose lines are broken anywhere, lists, tables, headings.</summary>
/// <remarks>In doubt it does not split: one sentence too many reads better than half a sentence.</remarks>
internal static partial class Sentences
{
    private const string Closers = "\"'”’»)]】）」』";

    /// <summary>Marks that end a sentence without a space after them.</summary>
    private const string UnspacedEnds = "。！？｡";

    private const string SpacedEnds = ".!?…।॥؟۔።։";

    private static readonly SearchValues<char> Ends = SearchValues.Create(UnspacedEnds + SpacedEnds);

    /// <summary>A full stop after these never ends a sentence.</summary>
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Abbreviations = Words(
        "mr", "mrs", "ms", "dr", "prof", "st", "mt", "vs", "gen", "col", "sgt", "capt", "lt", "rev", "hon", "gov", "sen", "rep",
        "no", "nos", "fig", "figs", "eq", "eqs", "sec", "ch", "vol", "vols", "p", "pp", "ed", "eds", "ref", "refs", "cf", "ca",
        "approx", "dept", "ave", "blvd", "e.g", "i.e", "viz", "al", "resp", "incl", "art", "para", "jan", "feb", "mar", "apr", "jun",
        "jul", "aug", "sep", "sept", "oct", "nov", "dec", "nr", "bzw", "bspw", "z.b", "d.h", "u.a", "vgl", "abs", "hr", "fr", "str",
        "mme", "mlle", "sr", "sra", "dra", "núm", "pág", "av", "op", "cit", "ibid", "т.е", "т.д", "г", "гг", "им", "ул", "стр",
        "рис", "см");

    /// <summary>A full stop after these ends a sentence where the next word is one that begins sentences.</summary>
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Ambiguous = Words(
        "inc", "ltd", "co", "corp", "llc", "plc", "bros", "jr", "etc", "usw", "u.s", "u.k", "u.n", "e.u", "d.c", "a.m", "p.m", "b.c",
        "a.d", "ph.d", "m.d", "u.s.a");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Openers = Words(
        "the", "a", "an", "in", "it", "its", "he", "she", "they", "we", "you", "i", "this", "that", "these", "those", "there", "however",
        "but", "and", "for", "at", "on", "as", "by", "from", "to", "if", "when", "while", "after", "before", "since", "although", "his",
        "her", "their", "our", "some", "many", "most", "all", "each", "both", "one", "two", "no", "not", "such", "other", "another",
        "der", "die", "das", "ein", "eine", "es", "er", "sie", "wir", "am", "im", "bei", "nach", "und", "aber", "diese", "dieser");

    public static List<TextSpan> Split(string text)
    {
        var spans = new List<TextSpan>();
        foreach (var block in Blocks(text))
        {
            if (TableLine.IsRow(text.AsSpan(block.Start, block.Length)))
            {
                Add(text, block.Start, block.End, spans);
            }
            else
            {
                SplitProse(text, block, spans);
            }
        }

        return spans;
    }

    /// <summary>
    /// The length of the first sentence of a line or paragraph, with its closing quotes and references and without the space
    /// after it.
    /// </summary>
    public static int FirstLength(ReadOnlySpan<char> text)
    {
        var at = 0;
        while (at < text.Length && text[at..].IndexOfAny(Ends) is >= 0 and var next)
        {
            at += next;
            var end = EndAt(text, at);
            if (end >= 0)
            {
                return end;
            }

            at++;
        }

        return text.Length;
    }

    /// <summary>Whether a text ends like a whole sentence, so that what follows begins a new one.</summary>
    public static bool IsEnded(ReadOnlySpan<char> text)
    {
        text = text.TrimEnd().TrimEnd(Closers).TrimEnd();
        return !text.IsEmpty && (SpacedEnds.Contains(text[^1]) || UnspacedEnds.Contains(text[^1]) || text[^1] == ':');
    }

    /// <summary>
    /// Whether a text is long for a heading and breaks off at a word: a page, a picture or the chunk ends before it does.
    /// Items of lists and fields with a name need no full stop.
    /// </summary>
    public static bool IsCut(ReadOnlySpan<char> sentence) =>
        sentence.Length > 60 && (char.IsLetter(sentence[^1]) || sentence[^1] is ',' or '-')
        && !Item().IsMatch(sentence) && !Field().IsMatch(sentence);

    /// <summary>Joins lines that belong together.</summary>
    private static IEnumerable<TextSpan> Blocks(string text)
    {
        var lines = Lines(text);
        var widest = lines.Count == 0 ? 0 : lines.Max(line => line.Length);
        var start = -1;
        for (var i = 0; i < lines.Count; i++)
        {
            start = start < 0 ? lines[i].Start : start;
            if (i == lines.Count - 1 || IsBreak(text, lines[i], lines[i + 1], widest))
            {
                yield return new TextSpan(start, lines[i].End);
                start = -1;
            }
        }
    }

    /// <summary>Lines without the space around them; empty lines are left out.</summary>
    private static List<TextSpan> Lines(string text)
    {
        var lines = new List<TextSpan>();
        var start = 0;
        while (start < text.Length)
        {
            var end = text.AsSpan(start).IndexOfAny('\n', '\r', '\f');
            end = end < 0 ? text.Length : start + end;
            var trimmed = Trim(text, start, end);
            if (trimmed.Length > 0)
            {
                lines.Add(trimmed);
            }

            start = end + 1;
        }

        return lines;
    }

    private static bool IsBreak(string text, TextSpan line, TextSpan next, int widest)
    {
        if (text.AsSpan(line.End, next.Start - line.End).Count('\n') > 1)
        {
            return true;
        }

        var current = text.AsSpan(line.Start, line.Length);
        var following = text.AsSpan(next.Start, next.Length);
        if (TableLine.IsRow(current) || TableLine.IsRow(following) || current[0] == '#' || following[0] == '#'
            || Item().IsMatch(following))
        {
            return true;
        }

        // A short line before a line that may begin a new sentence is a unit, such as a heading or a list item.
        var isShort = line.Length < widest * .6 || line.Length < 40;
        return isShort && !char.IsLower(following[0]) && current[^1] is not (',' or '-' or '–' or '(' or '&');
    }

    private static void SplitProse(string text, TextSpan block, List<TextSpan> spans)
    {
        // The full stop after the number of a list's item ends nothing.
        var mark = 0;
        foreach (var item in Item().EnumerateMatches(text.AsSpan(block.Start, block.Length)))
        {
            mark = item.Length;
        }

        for (var start = block.Start; start < block.End; mark = 0)
        {
            var end = start + mark + FirstLength(text.AsSpan(start + mark, block.End - start - mark));
            Add(text, start, end, spans);
            start = end;
        }
    }

    /// <summary>The end of the sentence whose closing mark is at <paramref name="mark"/>; -1 when the mark does not end it.</summary>
    private static int EndAt(ReadOnlySpan<char> text, int mark)
    {
        var end = mark + 1;
        while (end < text.Length && (Ends.Contains(text[end]) || Closers.Contains(text[end])))
        {
            end++;
        }

        foreach (var reference in References().EnumerateMatches(text[end..]))
        {
            end += reference.Length;
        }

        if (end == text.Length || UnspacedEnds.Contains(text[mark]))
        {
            return end;
        }

        return char.IsWhiteSpace(text[end]) && MayBegin(text[end..]) && !IsAbbreviation(text, mark, end) ? end : -1;
    }

    private static bool MayBegin(ReadOnlySpan<char> next)
    {
        next = next.TrimStart().TrimStart("\"'“‘«([*_-–—•¿¡「『");
        return next.IsEmpty || !char.IsLower(next[0]);
    }

    private static bool IsAbbreviation(ReadOnlySpan<char> text, int dot, int end)
    {
        if (text[dot] != '.')
        {
            return false;
        }

        var from = dot;
        while (from > 0 && (char.IsLetterOrDigit(text[from - 1]) || text[from - 1] == '.'))
        {
            from--;
        }

        var word = text[from..dot];
        if (Ambiguous.Contains(word))
        {
            return !Openers.Contains(FirstWord(text[end..]));
        }

        // Initials ("J. Smith"), numbers of lists ("3. Costs") and ordinals ("am 3. Mai") do not end anything.
        var isInitial = word.Length == 1 && char.IsLetter(word[0]) && char.IsUpper(word[0]) && word[0] != 'I';
        var isNumeral = word.Length is 1 or 2 && !word.ContainsAnyExceptInRange('0', '9')
            && !Openers.Contains(FirstWord(text[end..]));
        return isInitial || isNumeral || Abbreviations.Contains(word);
    }

    private static ReadOnlySpan<char> FirstWord(ReadOnlySpan<char> text)
    {
        var from = 0;
        while (from < text.Length && !char.IsLetterOrDigit(text[from]))
        {
            from++;
        }

        var to = from;
        while (to < text.Length && char.IsLetterOrDigit(text[to]))
        {
            to++;
        }

        return text[from..to];
    }

    private static FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Words(params string[] words) =>
        words.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    private static void Add(string text, int start, int end, List<TextSpan> spans)
    {
        var span = Trim(text, start, end);
        if (span.Length > 0 && HasContent(text.AsSpan(span.Start, span.Length)))
        {
            spans.Add(span);
        }
    }

    private static bool HasContent(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            if (char.IsLetterOrDigit(letter) || char.GetUnicodeCategory(letter) == UnicodeCategory.Surrogate)
            {
                return true;
            }
        }

        return false;
    }

    private static TextSpan Trim(string text, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        return new TextSpan(start, end);
    }

    /// <summary>Citation numbers after the full stop belong to the sentence before it.</summary>
    [GeneratedRegex(@"\G\s*(\[\d{1,3}\])+")]
    private static partial Regex References();

    [GeneratedRegex(@"^[\w .-]{1,40}: ")]
    private static partial Regex Field();

    [GeneratedRegex(@"^([-*•‣▪·–—o]\s|\(?\d{1,3}[.)]\s|\(?[a-zA-Z][.)]\s)")]
    private static partial Regex Item();
}
