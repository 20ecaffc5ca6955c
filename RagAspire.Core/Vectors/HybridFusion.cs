namespace RagAspire.Vectors;

/// <summary>Combines the ranking by text and the ranking by vector; every index uses this class.</summary>
/// <remarks>
/// Scores and not ranks, because how far the first is ahead of the second says how sure a ranking is: reciprocal ranks give a
/// weak model's first guess the same say as a strong match, whatever the weights. The two are added as standard scores, in
/// deviations over all candidates, so that a ranking whose best stand out from the rest has more say than one that finds all
/// alike. The result is stretched to 0–1: from a chunk that neither ranking would have named to one that is the best of both.
/// A chunk whose vector is not there yet gets the share by vector that chunks with a vector have beside such a share by text,
/// so that it is neither ahead nor behind.
/// </remarks>
public static class HybridFusion
{
    // Of shares from 0 to 1. Below it are differences that come from rounding.
    private const double LeastDeviation = 1e-6;

    /// <param name="text">Best first, <see cref="HybridOptions.Depth"/> of them where there are so many.</param>
    /// <param name="dense">Likewise.</param>
    /// <param name="bare">Those chunks of <paramref name="text"/> that have no vector.</param>
    public static List<IndexHit> Fuse(
        IReadOnlyList<IndexHit> text,
        IReadOnlyList<IndexHit> dense,
        IReadOnlySet<Guid> bare,
        HybridOptions options,
        int limit)
    {
        // A ranking by text that ends early ends because nothing else has any of the terms: the next score is 0.
        var byText = Shares(text, text.Count < options.Depth(limit) ? 0 : Last(text));
        var byVector = Shares(dense, Last(dense));
        foreach (var (chunk, share) in Expected(byText, byVector, bare))
        {
            byVector.TryAdd(chunk, share);
        }

        var scores = byText.Keys.Union(byVector.Keys).ToDictionary(chunk => chunk, _ => 0.0);
        var (textWeight, vectorWeight) = Weights(
            options.VectorWeight, Deviation(byText, scores.Count), Deviation(byVector, scores.Count));
        Add(scores, byText, textWeight);
        Add(scores, byVector, vectorWeight);
        var hits = scores.Select(s => new IndexHit(s.Key, s.Value)).ToList();
        hits.Sort((a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.ChunkId.CompareTo(b.ChunkId));
        return hits.GetRange(0, Math.Min(limit, hits.Count));
    }

    private static double Last(IReadOnlyList<IndexHit> hits) => hits.Count == 0 ? 0 : hits[^1].Score;

    private static Dictionary<Guid, double> Shares(IReadOnlyList<IndexHit> hits, double floor)
    {
        var range = hits.Count == 0 ? 0 : hits[0].Score - floor;
        return hits.ToDictionary(hit => hit.ChunkId, hit => range > 0 ? (hit.Score - floor) / range : 1);
    }

    /// <summary>The standard deviation over the candidates; those that the ranking did not name have a share of 0.</summary>
    private static double Deviation(Dictionary<Guid, double> shares, int candidates)
    {
        var mean = shares.Values.Sum() / candidates;
        return Math.Sqrt(Math.Max(0, (shares.Values.Sum(share => share * share) / candidates) - (mean * mean)));
    }

    /// <summary>
    /// The weights of the shares, which add up to 1. A ranking in which all candidates are alike decides nothing, and leaves
    /// the weights as they are.
    /// </summary>
    private static (double Text, double Vector) Weights(double vector, double textDeviation, double vectorDeviation)
    {
        if (textDeviation < LeastDeviation || vectorDeviation < LeastDeviation)
        {
            return (1 - vector, vector);
        }

        var (byText, byVector) = ((1 - vector) / textDeviation, vector / vectorDeviation);
        return (byText / (byText + byVector), byVector / (byText + byVector));
    }

    /// <summary>The shares by vector of chunks without one, in proportion to their shares by text.</summary>
    private static List<(Guid Chunk, double Share)> Expected(
        Dictionary<Guid, double> byText, Dictionary<Guid, double> byVector, IReadOnlySet<Guid> bare)
    {
        if (bare.Count == 0)
        {
            return [];
        }

        var (text, vector) = (0.0, 0.0);
        foreach (var (chunk, share) in byText)
        {
            if (!bare.Contains(chunk))
            {
                text += share;
                vector += byVector.GetValueOrDefault(chunk);
            }
        }

        var ratio = text > 0 ? Math.Min(1, vector / text) : 1;
        return [.. byText.Where(pair => bare.Contains(pair.Key)).Select(pair => (pair.Key, pair.Value * ratio))];
    }

    private static void Add(Dictionary<Guid, double> scores, Dictionary<Guid, double> shares, double weight)
    {
        foreach (var (chunk, share) in shares)
        {
            scores[chunk] += weight * share;
        }
    }
}
