namespace RagAspire.Vectors.InProcess;

/// <summary>
/// Keeps the best hits that were offered. Of equal scores the smaller id is better, so that answers never vary.
/// </summary>
internal sealed class TopHits(int limit)
{
    private readonly float[] _scores = new float[limit];
    private readonly Guid[] _ids = new Guid[limit];
    private readonly bool[] _bare = new bool[limit];
    private int _count;

    /// <summary>What a hit must at least score to be kept.</summary>
    public float Threshold => _count < limit ? float.NegativeInfinity : _scores[0];

    /// <param name="isBare">The chunk has no vector.</param>
    public void Offer(float score, Guid id, bool isBare = false)
    {
        if (_count < limit)
        {
            SiftUp(_count++, score, id, isBare);
        }
        else if (IsWorse(_scores[0], _ids[0], score, id))
        {
            SiftDown(score, id, isBare);
        }
    }

    /// <summary>Which of the hits have no vector.</summary>
    public HashSet<Guid> Bare() => [.. _ids.Take(_count).Where((_, at) => _bare[at])];

    /// <summary>Takes over what another part of the search has found.</summary>
    public void Offer(TopHits other)
    {
        for (var i = 0; i < other._count; i++)
        {
            Offer(other._scores[i], other._ids[i], other._bare[i]);
        }
    }

    public List<IndexHit> BestFirst()
    {
        var hits = new List<IndexHit>(_count);
        for (var i = 0; i < _count; i++)
        {
            hits.Add(new IndexHit(_ids[i], _scores[i]));
        }

        hits.Sort((a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.ChunkId.CompareTo(b.ChunkId));
        return hits;
    }

    private static bool IsWorse(float score, Guid id, float otherScore, Guid otherId)
        => score < otherScore || (score == otherScore && id.CompareTo(otherId) > 0);

    private void SiftUp(int at, float score, Guid id, bool isBare)
    {
        while (at > 0)
        {
            var parent = (at - 1) / 2;
            if (!IsWorse(score, id, _scores[parent], _ids[parent]))
            {
                break;
            }

            (_scores[at], _ids[at], _bare[at]) = (_scores[parent], _ids[parent], _bare[parent]);
            at = parent;
        }

        (_scores[at], _ids[at], _bare[at]) = (score, id, isBare);
    }

    private void SiftDown(float score, Guid id, bool isBare)
    {
        var at = 0;
        while (true)
        {
            var child = (2 * at) + 1;
            if (child >= _count)
            {
                break;
            }

            if (child + 1 < _count && IsWorse(_scores[child + 1], _ids[child + 1], _scores[child], _ids[child]))
            {
                child++;
            }

            if (!IsWorse(_scores[child], _ids[child], score, id))
            {
                break;
            }

            (_scores[at], _ids[at], _bare[at]) = (_scores[child], _ids[child], _bare[child]);
            at = child;
        }

        (_scores[at], _ids[at], _bare[at]) = (score, id, isBare);
    }
}
