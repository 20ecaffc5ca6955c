using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Lucene.Net.Analysis.En;

namespace RagAspire.Vectors.Terms;

/// <summary>Other ways to write the words of a text, under which they are found as well.</summary>
/// <remarks>
/// <c>ERR-1234</c> is also <c>err1234</c>, <c>EN 1090-2</c> also <c>en10902</c>, <c>Wi-Fi</c> also <c>wifi</c>,
/// <c>maxRetryCount</c> also its words, <c>l'ascenseur</c> also <c>ascenseur</c>, <c>1,234.5</c> also <c>1234.5</c>,
/// <c>v2.10</c> also <c>2.10</c>, <c>Gebühr</c> also <c>Gebuehr</c>. Variants stand beside the word and never replace it, so
/// an index with the terms of an earlier analysis remains usable until they are encoded again.
/// </remarks>
internal sealed partial class SpellingVariants
{
    private const int LongestRun = 64;

    private static readonly SearchValues<char> Umlauts = SearchValues.Create("äöüÄÖÜ");

    private static readonly HashSet<string> Elided = new(
        [
            "l", "d", "j", "m", "n", "s", "t", "c", "b", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "quelqu", "un", "gl", "all",
            "dall", "dell", "nell", "sull", "coll", "degl", "negl",
        ],
        StringComparer.Ordinal);

    private readonly string _text;
    private readonly StringBuilder _words = new();
    private readonly List<string> _names = [];
    private readonly List<string> _pairs = [];

    private SpellingVariants(string text) => _text = text;

    /// <summary>Variants that are analysed like any other word, separated by blanks.</summary>
    public string Words => _words.ToString();

    /// <summary>Terms of words that would be stop words in lower case, such as IT.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Terms of neighbouring stop words, by which a query of nothing else is found.</summary>
    public IReadOnlyList<string> Pairs => _pairs;

    public static SpellingVariants Of(string text)
    {
        var variants = new SpellingVariants(text);
        variants.Read();
        return variants;
    }

    private void Read()
    {
        var (previous, previousEnd) = ("", -2);
        for (var at = 0; at < _text.Length;)
        {
            if (!char.IsLetterOrDigit(_text[at]))
            {
                at++;
                continue;
            }

            var end = EndOf(at);
            if (end - at <= LongestRun)
            {
                var run = _text[at..end];
                Add(run, at == previousEnd + 1 && _text[previousEnd] == ' ' ? previous : "");
                (previous, previousEnd) = (run, end);
            }

            at = end;
        }
    }

    /// <summary>The end of letters and digits that are joined by single signs.</summary>
    private int EndOf(int at)
    {
        while (at < _text.Length
            && (IsInside(at) || (IsJoint(at) && at + 1 < _text.Length && char.IsLetterOrDigit(_text[at + 1]))))
        {
            at++;
        }

        return at;
    }

    private bool IsInside(int at) => char.IsLetterOrDigit(_text[at])
        || CharUnicodeInfo.GetUnicodeCategory(_text[at])
            is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private bool IsJoint(int at) => _text[at] switch
    {
        '-' or '_' or '/' or '\'' or '’' or '\u2010' => true,
        '.' or ',' => char.IsDigit(_text[at - 1]) && char.IsDigit(_text[Math.Min(at + 1, _text.Length - 1)]),
        _ => false,
    };

    private void Add(string run, string previous)
    {
        var parts = run.Split(['-', '_', '/', '\'', '’', '.', ',', '\u2010']);
        AddStopWords(run, previous);
        if (run.Any(char.IsDigit))
        {
            AddNumber(run, parts);
            AddCode(run, parts, previous);
        }
        else if (parts.Length > 1)
        {
            AddCompound(run, parts);
        }

        foreach (var part in parts)
        {
            AddWordsInside(part);
            AddUmlauts(part);
        }
    }

    private void AddStopWords(string run, string previous)
    {
        var word = run.ToLowerInvariant();
        if (!EnglishAnalyzer.DefaultStopSet.Contains(word))
        {
            return;
        }

        if (word.Length > 1 && run.All(char.IsUpper))
        {
            _names.Add($"\u0001{word}");
        }

        if (previous.Length > 0 && previous.ToLowerInvariant() is var before && EnglishAnalyzer.DefaultStopSet.Contains(before))
        {
            _pairs.Add($"{before}\u0001{word}");
        }
    }

    private void AddNumber(string run, string[] parts)
    {
        if (Grouped().IsMatch(run) || GroupedByPoints().IsMatch(run))
        {
            var sign = run.LastIndexOfAny(['.', ',']);
            var hasFraction = parts[^1].Length != 3 || run[sign] != run[run.IndexOfAny(['.', ',', '\'', '’'])];
            var digits = string.Concat(hasFraction ? parts[..^1] : parts);
            Add(hasFraction ? $"{digits}.{parts[^1]}" : digits);
        }
        else if (FractionAfterComma().IsMatch(run))
        {
            Add(run.Replace(',', '.'));
        }
        else if (VersionNumber().IsMatch(run))
        {
            Add(run[1..]);
        }
    }

    private void AddCode(string run, string[] parts, string previous)
    {
        if (parts.Length > 1 && !PlainNumber().IsMatch(run))
        {
            Add(string.Concat(parts));
        }

        // EN 1090-2: the letters before it belong to it.
        if (char.IsDigit(run[0]) && previous.Length is >= 2 and <= 5 && previous.All(char.IsUpper))
        {
            Add(previous + parts[0]);
            if (parts.Length > 1)
            {
                Add(previous + string.Concat(parts));
            }
        }
    }

    private void AddCompound(string run, string[] parts)
    {
        var isElided = run[parts[0].Length] is '\'' or '’' && Elided.Contains(parts[0].ToLowerInvariant());
        if (isElided)
        {
            Add(run[(parts[0].Length + 1)..]);
        }
        else if (parts.Length <= 3 && run.All(c => char.IsLetter(c) || c is '-' or '\u2010'))
        {
            Add(string.Concat(parts));
        }
    }

    private void AddWordsInside(string part)
    {
        var start = 0;
        for (var at = 1; at <= part.Length; at++)
        {
            var isBorder = at == part.Length
                || (char.IsUpper(part[at])
                    && (char.IsLower(part[at - 1])
                        || (char.IsUpper(part[at - 1]) && at + 1 < part.Length && char.IsLower(part[at + 1]))));
            if (!isBorder)
            {
                continue;
            }

            if (at - start > 1 && at - start < part.Length)
            {
                Add(part[start..at]);
            }

            start = at;
        }
    }

    private void AddUmlauts(string part)
    {
        if (part.AsSpan().ContainsAny(Umlauts))
        {
            Add(part.ToLowerInvariant().Replace("ä", "ae", StringComparison.Ordinal).Replace("ö", "oe", StringComparison.Ordinal)
                .Replace("ü", "ue", StringComparison.Ordinal));
        }
    }

    private void Add(string word) => _words.Append(word).Append(' ');

    [GeneratedRegex(@"^\d{1,3}([,'’]\d{3})+(\.\d+)?$")]
    private static partial Regex Grouped();

    [GeneratedRegex(@"^\d{1,3}(\.\d{3})+,\d+$|^\d{1,3}(\.\d{3}){2,}$")]
    private static partial Regex GroupedByPoints();

    [GeneratedRegex(@"^\d+,\d{1,2}$")]
    private static partial Regex FractionAfterComma();

    [GeneratedRegex(@"^[vV]\d+(\.\d+)+$")]
    private static partial Regex VersionNumber();

    [GeneratedRegex(@"^\d+([.,'’]\d+)*$")]
    private static partial Regex PlainNumber();
}
