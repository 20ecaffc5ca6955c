using System.Globalization;
using System.Text.RegularExpressions;
using RagAspire.Client;

namespace RagAspire.Web.Components.Answers;

/// <summary>A piece of an answer.</summary>
/// <param name="Citation">Null for words; else the text is its number.</param>
public sealed record AnswerPiece(string Text, Citation? Citation);

/// <summary>Splits an answer at the numbers of its citations.</summary>
public static partial class CitedText
{
    /// <summary>
    /// A number that comes several times leads to the citations with that number in their order, and the last of them from then
    /// on: an extractive answer has one for each sentence, a generated one has one for each source.
    /// </summary>
    public static IEnumerable<AnswerPiece> Split(string text, IReadOnlyList<Citation> citations)
    {
        ArgumentNullException.ThrowIfNull(text);
        var byNumber = citations.ToLookup(citation => citation.Number);
        var seen = new Dictionary<int, int>();
        var end = 0;
        foreach (Match match in Number().Matches(text))
        {
            if (!int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || !byNumber.Contains(number))
            {
                continue;
            }

            if (match.Index > end)
            {
                yield return new AnswerPiece(text[end..match.Index], null);
            }

            var same = byNumber[number].ToList();
            var index = seen.GetValueOrDefault(number);
            seen[number] = index + 1;
            yield return new AnswerPiece(match.Groups[1].Value, same[Math.Min(index, same.Count - 1)]);
            end = match.Index + match.Length;
        }

        if (end < text.Length)
        {
            yield return new AnswerPiece(text[end..], null);
        }
    }

    [GeneratedRegex(@"\[(\d{1,4})\]")]
    private static partial Regex Number();
}
