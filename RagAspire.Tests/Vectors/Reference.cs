using RagAspire.Vectors;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Vectors;

/// <summary>The formulas as a book writes them, for comparison.</summary>
internal static class Reference
{
    /// <summary>Scores of all points that share a term with the query.</summary>
    public static Dictionary<Guid, double> Bm25(IReadOnlyList<IndexPoint> points, TermVector query, Bm25Options options)
    {
        var average = points.Average(p => (double)p.Terms.Length);
        var scores = new Dictionary<Guid, double>();
        for (var q = 0; q < query.Indices.Length; q++)
        {
            var term = query.Indices[q];
            var having = points.Where(p => p.Terms.Indices.Contains(term)).ToList();
            var rarity = Math.Log(1 + ((points.Count - having.Count + 0.5) / (having.Count + 0.5)));
            foreach (var point in having)
            {
                double count = point.Terms.Values[Array.IndexOf(point.Terms.Indices, term)];
                var norm = options.K1 * (1 - options.B + (options.B * point.Terms.Length / average));
                scores[point.ChunkId] = scores.GetValueOrDefault(point.ChunkId)
                    + (query.Values[q] * rarity * count / (count + norm));
            }
        }

        return scores;
    }

    public static Dictionary<Guid, double> Cosine(IReadOnlyList<IndexPoint> points, float[] query)
        => points.Where(p => p.Dense is not null).ToDictionary(
            p => p.ChunkId,
            p => p.Dense!.Zip(query, (a, b) => (double)a * b).Sum() / (Norm(p.Dense!) * Norm(query)));

    private static double Norm(float[] vector) => Math.Sqrt(vector.Sum(v => (double)v * v));
}
