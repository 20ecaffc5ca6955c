using RagAspire.Search;

namespace RagAspire.Answers.Extractive;

/// <summary>How much each term of a question says about what it asks.</summary>
/// <param name="counts">How rare the question's words are in the collection; null where nobody has counted.</param>
internal sealed class TermWeights(TermFrequencies? counts, QuestionTerms words)
{
    public QuestionTerms QuestionTerms => words;

    /// <summary>
    /// Weights that add up to 1: half of a weight is every term's equal part, the other half goes by rarity (the IDF of
    /// BM25). A term that nobody has counted is as rare as one that no passage holds.
    /// </summary>
    /// <param name="terms">Distinct ones.</param>
    public IReadOnlyDictionary<string, double> Of(IReadOnlyList<string> terms)
    {
        var equal = 1d / terms.Count;
        if (counts is null)
        {
            return terms.ToDictionary(term => term, _ => equal, StringComparer.Ordinal);
        }

        var passagesWith = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (word, count) in counts.ChunksWith)
        {
            foreach (var term in words.Terms(word))
            {
                passagesWith[term] = Math.Max(count, passagesWith.GetValueOrDefault(term));
            }
        }

        var rarities = terms.ToDictionary(term => term, term => Rarity(passagesWith.GetValueOrDefault(term)), StringComparer.Ordinal);
        var total = rarities.Values.Sum();
        return rarities.ToDictionary(pair => pair.Key, pair => (equal + (pair.Value / total)) / 2, StringComparer.Ordinal);
    }

    private double Rarity(long passagesWith)
    {
        var others = Math.Max(0, counts!.Chunks - passagesWith);
        return Math.Log(1 + ((others + .5) / (passagesWith + .5)));
    }
}
