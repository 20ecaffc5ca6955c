namespace RagAspire.Vectors;

/// <summary>Makes one ranking of the ranking by text and the ranking by vector.</summary>
public static class HybridFusion
{
    public static List<IndexHit> Fuse(
        IReadOnlyList<IndexHit> text, IReadOnlyList<IndexHit> dense, HybridOptions options, int limit)
    {
        var scores = new Dictionary<Guid, double>(text.Count + dense.Count);
        Add(scores, text, 1 - options.VectorWeight, options.RankConstant);
        Add(scores, dense, options.VectorWeight, options.RankConstant);
        var hits = scores.Select(s => new IndexHit(s.Key, s.Value)).ToList();
        hits.Sort((a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.ChunkId.CompareTo(b.ChunkId));
        return hits.GetRange(0, Math.Min(limit, hits.Count));
    }

    private static void Add(Dictionary<Guid, double> scores, IReadOnlyList<IndexHit> hits, double weight, double constant)
    {
        for (var rank = 0; rank < hits.Count; rank++)
        {
            scores[hits[rank].ChunkId] = scores.GetValueOrDefault(hits[rank].ChunkId) + (weight / (constant + rank));
        }
    }
}
