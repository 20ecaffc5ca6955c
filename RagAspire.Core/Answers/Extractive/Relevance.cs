using System.Text.RegularExpressions;

namespace RagAspire.Answers.Extractive;

/// <summary>How much of a question its sources cover; decides whether to ask a model, and whether to quote.</summary>
/// <param name="Share">The weighted share of the question's terms in the best sentence, plus that in the best source: 0 to 2.</param>
/// <param name="LacksNames">The question contains names or numbers, and no source contains any of them.</param>
/// <remarks>
/// Terms are weighted by rarity in the whole collection and by equal parts. Rarity alone overrates chance wording, and
/// rarity among the few sources is meaningless. The thresholds are measured on two collections, each with its own
/// questions and with those of the other.
/// </remarks>
internal sealed partial record Relevance(double Share, bool LacksNames)
{
    /// <summary>Below this share the model is not asked.</summary>
    private const double Least = .4;

    /// <summary>Below this share no sentence is quoted without a model.</summary>
    private const double Enough = .7;

    /// <summary>The same threshold for sources that lack the question's names.</summary>
    private const double EnoughWithoutNames = 1;

    public static Relevance None { get; } = new(0, true);

    public bool IsWorthAsking => Share >= Least;

    public bool IsEnoughToQuote => Share >= (LacksNames ? EnoughWithoutNames : Enough);

    /// <summary>The part of a term's weight for one of its two ideographs.</summary>
    private const double OfIdeograph = .3;

    /// <param name="isAdmitted">Which sentences may be quoted; all when null.</param>
    public static Relevance Of(
        string question, SourceSentences sources, TermWeights weights, Func<SourceSentence, bool>? isAdmitted = null)
    {
        var terms = weights.Terms.ContentTerms(question).Distinct(StringComparer.Ordinal).ToList();
        if (terms.Count == 0 || sources.All.Count == 0)
        {
            return None;
        }

        var weight = weights.Of(terms);
        var counted = ExpectedAnswers.Counted(question);
        double bestSentence = 0, bestSource = 0;
        var foundAnywhere = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in sources.BySource)
        {
            var found = new HashSet<string>(StringComparer.Ordinal);
            var bestOfSource = 0d;
            foreach (var sentence in source)
            {
                if (isAdmitted?.Invoke(sentence) != false)
                {
                    var shared = terms.Where(term => sentence.Holds(term)
                        || (sentence.Mark is not null && sentence.Scope.Terms.Contains(term))).ToList();
                    found.UnionWith(terms.Where(sentence.Scope.Terms.Contains));
                    found.UnionWith(shared);
                    var halves = terms.Except(shared).Where(sentence.HoldsHalf);
                    var share = shared.Sum(term => weight[term]) + halves.Sum(term => weight[term] * OfIdeograph);
                    bestOfSource = Math.Max(bestOfSource, counted is { IsUnit: true }
                        ? WithUnit(share, terms.Count, counted, sentence) : share);
                }
            }

            if (bestOfSource > 0 || isAdmitted is null)
            {
                bestSentence = Math.Max(bestSentence, bestOfSource);
                bestSource = Math.Max(bestSource, Math.Max(bestOfSource, found.Sum(term => weight[term])));
                foundAnywhere.UnionWith(found);
            }
        }

        var names = Names(question, weights.Terms.Terms);
        return new Relevance(bestSentence + bestSource, names.Count > 0 && !names.Any(foundAnywhere.Contains));
    }

    /// <summary>A number of the counted unit is like one more term, in a sentence that contains any of the others.</summary>
    private static double WithUnit(double share, int terms, CountedThing counted, SourceSentence sentence) =>
        share > 0 ? ((share * terms) + (counted.IsCountedIn(sentence) ? 1 : 0)) / (terms + 1) : 0;

    /// <summary>The terms of a question's names and numbers. Its first word does not count as a name.</summary>
    public static IReadOnlyList<string> Names(AskedQuestion question) => Names(question.Text, question.Analyze);

    private static IReadOnlyList<string> Names(string question, Func<string, IReadOnlyList<string>> analyze) =>
        [.. Name().Matches(question).SelectMany(name => analyze(name.Value)).Distinct(StringComparer.Ordinal)];

    [GeneratedRegex(@"(?<=\w[,;:]? [""'“(«]?)\p{Lu}[\p{L}\p{M}'’.-]+|\d[\d.,]*")]
    private static partial Regex Name();
}
