using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using RagAspire.Vectors.Terms;

namespace RagAspire.Search;

/// <summary>
/// The quoted parts of a query, which a hit must hold word by word. Case, accents and signs between words do not count.
/// </summary>
public sealed partial class QuotedPhrases
{
    private readonly List<string> _phrases;

    private QuotedPhrases(List<string> phrases) => _phrases = phrases;

    public bool IsEmpty => _phrases.Count == 0;

    public static QuotedPhrases Of(string query) => new(
        [.. Quoted().Matches(query).Select(phrase => Plain(phrase.Groups["inside"].Value)).Where(phrase => phrase.Length > 0)]);

    public bool AreIn(SearchHit hit)
    {
        if (IsEmpty)
        {
            return true;
        }

        var text = $" {Plain($"{hit.Section} {hit.Text}")} ";
        return _phrases.TrueForAll(phrase => text.Contains(WithBorders(phrase), StringComparison.Ordinal));
    }

    /// <summary>Lower case without accents, words separated by one blank.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in UnicodeCleaner.Clean(text).Normalize(NormalizationForm.FormKD))
        {
            if (char.IsLetterOrDigit(c))
            {
                plain.Append(char.ToLowerInvariant(c));
            }
            else if (CharUnicodeInfo.GetUnicodeCategory(c) is not UnicodeCategory.NonSpacingMark && plain is [.., not ' '])
            {
                plain.Append(' ');
            }
        }

        return plain.ToString().Trim();
    }

    /// <summary>Scripts without blanks between words have no borders either.</summary>
    private static string WithBorders(string phrase) =>
        $"{(phrase[0] < '\u0E00' ? " " : "")}{phrase}{(phrase[^1] < '\u0E00' ? " " : "")}";

    [GeneratedRegex("[\"“„«](?<inside>[^\"“”„«»]+)[\"”“»]")]
    private static partial Regex Quoted();
}
