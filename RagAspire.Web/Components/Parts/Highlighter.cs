using System.Text.RegularExpressions;

namespace RagAspire.Web.Components.Parts;

/// <summary>A piece of a hit.</summary>
public sealed record MarkedPiece(string Text, bool IsMarked);

/// <summary>Marks the words of a query in a text, in other endings too. It helps the eye; the search has its own rules.</summary>
public static partial class Highlighter
{
    private const int ShortestWord = 3;
    private const int MostWords = 50;

    // Words of questions that would mark half of the text.
    private static readonly HashSet<string> Common = new(StringComparer.OrdinalIgnoreCase)
    {
        "and", "are", "can", "did", "does", "for", "from", "has", "have", "how", "that", "the", "this", "was", "were", "what",
        "when", "where", "which", "who", "why", "will", "with",
    };

    private static readonly string[] Endings = ["ing", "es", "ed", "s", "e", "y"];

    public static IEnumerable<MarkedPiece> Split(string text, string query)
    {
        ArgumentNullException.ThrowIfNull(text);
        var stems = Words().Matches(query).Select(match => match.Value).Where(word => !Common.Contains(word)).Select(Stem)
            .Where(stem => stem.Length >= ShortestWord)
            .Distinct(StringComparer.OrdinalIgnoreCase).Take(MostWords).ToList();
        var end = 0;
        foreach (Match word in Words().Matches(text))
        {
            if (!stems.Any(stem => IsForm(word.Value, stem)))
            {
                continue;
            }

            if (word.Index > end)
            {
                yield return new MarkedPiece(text[end..word.Index], IsMarked: false);
            }

            yield return new MarkedPiece(word.Value, IsMarked: true);
            end = word.Index + word.Length;
        }

        if (end < text.Length)
        {
            yield return new MarkedPiece(text[end..], IsMarked: false);
        }
    }

    private static bool IsForm(string word, string stem) =>
        word.StartsWith(stem, StringComparison.OrdinalIgnoreCase) && word.Length - stem.Length <= ShortestWord;

    private static string Stem(string word)
    {
        var ending = Endings.FirstOrDefault(ending =>
            word.Length - ending.Length >= ShortestWord && word.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
        return ending is null ? word : word[..^ending.Length];
    }

    [GeneratedRegex(@"[\p{L}\p{N}]+")]
    private static partial Regex Words();
}
