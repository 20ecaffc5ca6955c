using RagAspire.Search;

namespace RagAspire.Answers.Extractive;

/// <summary>Weighs the terms of a question.</summary>
/// <param name="counts">How rare the question's words are in the collection; null when that is not known.</param>
internal sealed class TermWeights(TermFrequencies? counts, QuestionTerms terms)
{
    public QuestionTerms Terms => terms;

    /// <summary>
    /// Weights that add up to 1. Half of a weight is an equal part for every term, the other half is its share of rarity
    /// (the IDF of BM25). A term that was not counted is as rare as one that no chunk contains.
    /// </summary>
    /// <param name="questionTerms">Without duplicates.</param>
    public IReadOnlyDictionary<string, double> Of(IReadOnlyList<string> questionTerms)
    {
        var equal = 1d / questionTerms.Count;
        if (counts is null)
        {
            return questionTerms.ToDictionary(term => term, _ => equal, StringComparer.Ordinal);
        }

        var chunksWith = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (word, count) in counts.ChunksWith)
        {
            foreach (var term in terms.Terms(word))
            {
                chunksWith[term] = Math.Max(count, chunksWith.GetValueOrDefault(term));
            }
        }

        var rarities = questionTerms.ToDictionary(
            term => term, term => Rarity(chunksWith.GetValueOrDefault(term)), StringComparer.Ordinal);
        var total = rarities.Values.Sum();
        return rarities.ToDictionary(pair => pair.Key, pair => (equal + (pair.Value / total)) / 2, StringComparer.Ordinal);
    }

    private double Rarity(long chunksWith)
    {
        var others = Math.Max(0, counts!.Chunks - chunksWith);
        return Math.Log(1 + ((others + .5) / (chunksWith + .5)));
    }
}
