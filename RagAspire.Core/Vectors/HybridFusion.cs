namespace RagAspire.Vectors;

/// <summary>Combines the ranking by text and the ranking by vector; every index uses this class.</summary>
/// <remarks>
/// Each ranking is brought to 0–1 between the score of a chunk that it would not have named and its best, and the two are
/// added by weight. Scores and not ranks, because how far the first is ahead of the second says how sure a ranking is:
/// reciprocal ranks give a weak model's first guess the same say as a strong match, whatever the weights.
/// </remarks>
public static class HybridFusion
{
    /// <param name="text">Best first, <see cref="HybridOptions.Depth"/> of them where there are so many.</param>
    /// <param name="dense">Likewise.</param>
    public static List<IndexHit> Fuse(
        IReadOnlyList<IndexHit> text, IReadOnlyList<IndexHit> dense, HybridOptions options, int limit)
    {
        var scores = new Dictionary<Guid, double>(text.Count + dense.Count);

        // A ranking by text that ends early ends because nothing else has any of the terms: the next score is 0.
        Add(scores, text, 1 - options.VectorWeight, text.Count < options.Depth(limit) ? 0 : Last(text));
        Add(scores, dense, options.VectorWeight, Last(dense));
        var hits = scores.Select(s => new IndexHit(s.Key, s.Value)).ToList();
        hits.Sort((a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.ChunkId.CompareTo(b.ChunkId));
        return hits.GetRange(0, Math.Min(limit, hits.Count));
    }

    private static double Last(IReadOnlyList<IndexHit> hits) => hits.Count == 0 ? 0 : hits[^1].Score;

    private static void Add(Dictionary<Guid, double> scores, IReadOnlyList<IndexHit> hits, double weight, double floor)
    {
        var range = hits.Count == 0 ? 0 : hits[0].Score - floor;
        foreach (var hit in hits)
        {
            var share = range > 0 ? (hit.Score - floor) / range : 1;
            scores[hit.ChunkId] = scores.GetValueOrDefault(hit.ChunkId) + (weight * share);
        }
    }
}
