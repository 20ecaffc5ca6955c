using System.Text.RegularExpressions;

namespace RagAspire.Answers.Extractive;

/// <summary>What a question counts.</summary>
/// <param name="Word">As it is written; units that mean the same with "/" between them.</param>
/// <param name="IsUnit">It stands right behind its number, without a blank ("三十天").</param>
internal sealed record CountedThing(string Word, bool IsUnit)
{
    private readonly Regex? _unit = IsUnit ? new Regex($@"[\p{{N}}一二三四五六七八九十百千万两半数]\s?[个か]?(?:{string.Join('|', Word.Split('/').Select(Regex.Escape))})") : null;

    /// <summary>The only term of the word; null when there are several or none.</summary>
    public string? Term { get; init; }

    /// <summary>Whether a number stands before it: right before a unit, else with at most two words between them.</summary>
    public bool IsCountedIn(SourceSentence sentence)
    {
        const int Near = 3;
        if (_unit is not null)
        {
            return _unit.IsMatch(sentence.Text);
        }

        for (var i = 0; Term is not null && i < sentence.Terms.Count; i++)
        {
            if (sentence.Terms[i] != Term)
            {
                continue;
            }

            for (var j = Math.Max(0, i - Near); j < i; j++)
            {
                if (char.IsDigit(sentence.Terms[j][0]))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
