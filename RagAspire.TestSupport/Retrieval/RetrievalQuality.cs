namespace RagAspire.TestSupport.Retrieval;

/// <summary>Averages over the queries that have a relevant document.</summary>
/// <param name="Ndcg10">nDCG@10 with linear gain, as trec_eval computes it.</param>
/// <param name="Recall10">Share of the relevant documents among the first ten.</param>
/// <param name="Recall100">Share of the relevant documents among the first hundred.</param>
/// <param name="Mrr10">Mean reciprocal rank of the first relevant document among ten.</param>
public sealed record RetrievalQuality(double Ndcg10, double Recall10, double Recall100, double Mrr10, int Queries)
{
    /// <param name="search">Returns the ids of the documents found for a query, best first, up to a hundred.</param>
    public static RetrievalQuality Measure(BeirTest collection, Func<string, string, IReadOnlyList<string>> search)
    {
        var (ndcg, recall10, recall100, mrr, count) = (0.0, 0.0, 0.0, 0.0, 0);
        foreach (var (id, text) in collection.Queries)
        {
            if (!collection.Relevant.TryGetValue(id, out var relevant))
            {
                continue;
            }

            var found = search(id, text);
            ndcg += Ndcg(found, relevant, 10);
            recall10 += Recall(found, relevant, 10);
            recall100 += Recall(found, relevant, 100);
            var first = found.Take(10).ToList().FindIndex(relevant.ContainsKey);
            mrr += first < 0 ? 0 : 1.0 / (first + 1);
            count++;
        }

        return new RetrievalQuality(ndcg / count, recall10 / count, recall100 / count, mrr / count, count);
    }

    public override string ToString() => FormattableString.Invariant(
        $"nDCG@10 {Ndcg10:0.0000}  R@10 {Recall10:0.0000}  R@100 {Recall100:0.0000}  MRR@10 {Mrr10:0.0000}  ({Queries} queries)");

    private static double Recall(IReadOnlyList<string> found, IReadOnlyDictionary<string, int> relevant, int depth) =>
        found.Take(depth).Count(relevant.ContainsKey) / (double)relevant.Count;

    private static double Ndcg(IReadOnlyList<string> found, IReadOnlyDictionary<string, int> relevant, int depth)
    {
        var gained = found.Take(depth).Select((id, rank) => relevant.GetValueOrDefault(id) / Math.Log2(rank + 2)).Sum();
        var ideal = relevant.Values.OrderDescending().Take(depth).Select((grade, rank) => grade / Math.Log2(rank + 2)).Sum();
        return gained / ideal;
    }
}
