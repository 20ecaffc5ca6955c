namespace RagAspire.Answers;

/// <summary>Whether what was found has to do with the question at all.</summary>
internal static class Relevance
{
    public static (double Sentence, double Source) Measure(string question, Evidence evidence, Words words)
    {
        var terms = words.ContentTerms(question).Distinct().ToList();
        var total = terms.Sum(evidence.Rarity);
        double best = 0, bestSource = 0;
        foreach (var source in evidence.BySource)
        {
            var union = new HashSet<string>();
            for (var i = 0; i < source.Count; i++)
            {
                union.UnionWith(source[i].TermSet);
                best = Math.Max(best, terms.Where(source[i].TermSet.Contains).Sum(evidence.Rarity) / total);
            }

            bestSource = Math.Max(bestSource, terms.Where(union.Contains).Sum(evidence.Rarity) / total);
        }

        return (best, bestSource);
    }
}
