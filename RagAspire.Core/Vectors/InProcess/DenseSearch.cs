using System.Buffers;
using System.Numerics.Tensors;

namespace RagAspire.Vectors.InProcess;

/// <summary>Exact cosine similarity over one collection: every row is looked at, so recall is 1.</summary>
internal static class DenseSearch
{
    /// <summary>Floating-point sums of thousands of products may be off by this much.</summary>
    private const float Rounding = 1e-5f;

    public static List<IndexHit> Search(
        CollectionSnapshot collection, float[] query, PointFilter filter, int limit)
    {
        var unit = new float[query.Length];
        UnitVector.Write(query, unit);
        var rough = new RoughVector(unit);
        var hits = new TopHits(limit);
        foreach (var view in collection.Segments)
        {
            if (view.Segment.Vectors.Count > 0)
            {
                Search(view.Segment, unit, rough, filter.Allowed(view), limit, hits);
            }
        }

        return hits.BestFirst();
    }

    /// <summary>
    /// A rough score is off by no more than the errors of both vectors allow (Cauchy and Schwarz). What could at best not
    /// reach the limit-th best of the surely reached scores cannot be a hit; all others are scored exactly.
    /// </summary>
    private static void Search(Segment segment, float[] unit, RoughVector rough, SlotSet? allowed, int limit, TopHits hits)
    {
        var vectors = segment.Vectors;
        var atBest = ArrayPool<float>.Shared.Rent(vectors.Count);
        var surely = new TopHits(limit);
        for (var row = 0; row < vectors.Count; row++)
        {
            if (allowed is not null && !allowed.Contains(vectors.Slots[row]))
            {
                atBest[row] = float.NegativeInfinity;
                continue;
            }

            var score = rough.Dot(vectors.RoughRow(row)) * rough.Step * vectors.Steps[row];
            var error = vectors.Errors[row] + (rough.Error * (1 + vectors.Errors[row])) + Rounding;
            atBest[row] = score + error;
            if (score - error > surely.Threshold)
            {
                surely.Offer(score - error, default);
            }
        }

        var threshold = Math.Max(surely.Threshold, hits.Threshold);
        for (var row = 0; row < vectors.Count; row++)
        {
            if (atBest[row] >= threshold && atBest[row] > float.NegativeInfinity)
            {
                hits.Offer(TensorPrimitives.Dot(unit, vectors.Row(row)), segment.Ids[vectors.Slots[row]]);
            }
        }

        ArrayPool<float>.Shared.Return(atBest);
    }
}
