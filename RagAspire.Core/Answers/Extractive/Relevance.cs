using System.Text.RegularExpressions;
using RagAspire.Vectors.Terms;

namespace RagAspire.Answers.Extractive;

/// <summary>How much of a question the sources found for it hold.</summary>
/// <param name="Share">The share of the question's terms, by their weights, in the best sentence plus that in the best source: 0 to 2.</param>
/// <param name="LacksNames">The question names somebody, something or a number, and no source names any of them.</param>
/// <remarks>
/// How rare a term is among the few sentences at hand tells nothing: the words that nobody uses look rarest, and those are
/// the ones that a question only happens to be worded with. How rare it is in the whole collection tells what a question is
/// about, but not alone, for the same reason. Measured on collections with questions of their own and with each other's.
/// </remarks>
internal sealed partial record Relevance(double Share, bool LacksNames)
{
    /// <summary>Below this not even a model is asked.</summary>
    private const double Least = .4;

    /// <summary>Below this no sentence is taken for the answer when nobody can judge it.</summary>
    private const double Enough = .7;

    /// <summary>The same for sources that lack the question's names.</summary>
    private const double EnoughWithoutNames = 1;

    public static Relevance None { get; } = new(0, true);

    public bool IsWorthAsking => Share >= Least;

    public bool IsEnoughToQuote => Share >= (LacksNames ? EnoughWithoutNames : Enough);

    public static Relevance Of(string question, SourceSentences evidence, TermWeights weights)
    {
        var words = weights.QuestionTerms;
        var terms = words.ContentTerms(question).Distinct(StringComparer.Ordinal).ToList();
        if (terms.Count == 0 || evidence.Sentences.Count == 0)
        {
            return None;
        }

        var weight = weights.Of(terms);
        double bestSentence = 0, bestSource = 0;
        var foundAnywhere = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (source, headings) in evidence.BySource.Zip(evidence.Headings))
        {
            var found = terms.Where(headings.Contains).ToHashSet(StringComparer.Ordinal);
            foreach (var sentence in source)
            {
                var shared = terms.Where(sentence.Holds).ToList();
                bestSentence = Math.Max(bestSentence, shared.Sum(term => weight[term]));
                found.UnionWith(shared);
            }

            bestSource = Math.Max(bestSource, found.Sum(term => weight[term]));
            foundAnywhere.UnionWith(found);
        }

        var names = Names(question, words);
        return new Relevance(bestSentence + bestSource, names.Count > 0 && !names.Any(foundAnywhere.Contains));
    }

    /// <summary>The terms of whom and what a question names, and of its numbers. A capital at its beginning tells nothing.</summary>
    public static IReadOnlyList<string> Names(string question, QuestionTerms words) =>
        [.. Name().Matches(question).SelectMany(name => words.Terms(name.Value)).Distinct(StringComparer.Ordinal)];

    [GeneratedRegex(@"(?<=\w[,;:]? [""'“(«]?)\p{Lu}[\p{L}\p{M}'’.-]+|\d[\d.,]*")]
    private static partial Regex Name();
}
