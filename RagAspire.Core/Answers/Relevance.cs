using System.Text.RegularExpressions;

namespace RagAspire.Answers;

/// <summary>How much of a question the sources found for it hold.</summary>
/// <param name="Share">The share of the question's terms in the best sentence plus that in the best source: 0 to 2.</param>
/// <param name="LacksNames">The question names somebody, something or a number, and no source names any of them.</param>
/// <remarks>
/// Counted are the terms, not their rarity: among the few sentences at hand the words that nobody uses look rarest, and
/// those are the ones that a question only happens to be worded with. Measured on three collections with questions of
/// their own and with each other's.
/// </remarks>
internal sealed partial record Relevance(double Share, bool LacksNames)
{
    /// <summary>Below this not even a model is asked.</summary>
    private const double Least = .4;

    /// <summary>Below this no sentence is taken for the answer when nobody can judge it.</summary>
    private const double Enough = .65;

    /// <summary>The same for sources that lack the question's names.</summary>
    private const double EnoughWithoutNames = 1;

    public static Relevance None { get; } = new(0, true);

    public bool IsWorthAsking => Share >= Least;

    public bool IsEnoughToQuote => Share >= (LacksNames ? EnoughWithoutNames : Enough);

    public static Relevance Of(string question, Evidence evidence, Words words)
    {
        var terms = words.ContentTerms(question).Distinct(StringComparer.Ordinal).ToList();
        if (terms.Count == 0 || evidence.Sentences.Count == 0)
        {
            return None;
        }

        int bestSentence = 0, bestSource = 0;
        var foundAnywhere = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (source, headings) in evidence.BySource.Zip(evidence.Headings))
        {
            var found = terms.Where(headings.Contains).ToHashSet(StringComparer.Ordinal);
            foreach (var sentence in source)
            {
                var shared = terms.Where(sentence.Holds).ToList();
                bestSentence = Math.Max(bestSentence, shared.Count);
                found.UnionWith(shared);
            }

            bestSource = Math.Max(bestSource, found.Count);
            foundAnywhere.UnionWith(found);
        }

        var names = Name().Matches(question).SelectMany(name => words.Terms(name.Value)).ToList();
        return new Relevance(
            (bestSentence + bestSource) / (double)terms.Count, names.Count > 0 && !names.Exists(foundAnywhere.Contains));
    }

    [GeneratedRegex(@"(?<=\w[,;:]? [""'“(«]?)\p{Lu}[\p{L}\p{M}'’.-]+|\d[\d.,]*")]
    private static partial Regex Name();
}
