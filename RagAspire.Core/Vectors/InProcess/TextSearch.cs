using System.Buffers;
using System.Numerics;
using RagAspire.Vectors.Terms;

namespace RagAspire.Vectors.InProcess;

/// <summary>BM25 over one collection, with the statistics of that collection and moment.</summary>
internal static class TextSearch
{
    public static TopHits Search(
        CollectionSnapshot collection, TermVector terms, PointFilter filter, int limit, Bm25Options bm25)
    {
        var weights = Array.ConvertAll(terms.Indices, term => InverseDocumentFrequency(collection, term));
        var hits = new TopHits(limit);
        foreach (var view in collection.Segments)
        {
            var scores = ArrayPool<float>.Shared.Rent(view.Segment.Count);
            var span = scores.AsSpan(0, view.Segment.Count);
            span.Clear();
            if (AddScores(view.Segment, terms, weights, collection.AverageLength, bm25, span))
            {
                Collect(view.Segment, span, filter.Allowed(view), hits);
            }

            ArrayPool<float>.Shared.Return(scores);
        }

        return hits;
    }

    /// <returns>0 for a term that no chunk has, as most stems of a query are in the languages that it is not in.</returns>
    public static double InverseDocumentFrequency(CollectionSnapshot collection, uint term)
    {
        long having = 0;
        foreach (var view in collection.Segments)
        {
            having += view.DocumentFrequency(term);
        }

        return having == 0 ? 0 : Math.Log(1 + ((collection.Count - having + 0.5) / (having + 0.5)));
    }

    private static bool AddScores(
        Segment segment, TermVector terms, double[] weights, double averageLength, Bm25Options bm25, Span<float> scores)
    {
        var any = false;
        var fixedNorm = (float)(bm25.K1 * (1 - bm25.B));
        var lengthNorm = (float)(bm25.K1 * bm25.B / Math.Max(averageLength, 1e-9));
        ReadOnlySpan<float> lengths = segment.Lengths;
        for (var t = 0; t < weights.Length; t++)
        {
            if (weights[t] == 0)
            {
                continue;
            }

            var (start, end) = segment.Postings.Find(terms.Indices[t]);
            any |= end > start;
            var weight = (float)(weights[t] * terms.Values[t]);
            var slots = segment.Postings.Slots.AsSpan(start, end - start);
            var counts = segment.Postings.Counts.AsSpan(start, end - start);
            for (var i = 0; i < slots.Length; i++)
            {
                var slot = slots[i];
                float count = counts[i];
                scores[slot] += weight * count / (count + fixedNorm + (lengthNorm * lengths[slot]));
            }
        }

        return any;
    }

    private static void Collect(Segment segment, ReadOnlySpan<float> scores, SlotSet? allowed, TopHits hits)
    {
        var at = 0;
        for (; at + Vector<float>.Count <= scores.Length; at += Vector<float>.Count)
        {
            // Most slots score nothing or too little: look at a whole register of them at once.
            var block = new Vector<float>(scores[at..]);
            if (Vector.GreaterThanAny(block, Vector<float>.Zero)
                && Vector.GreaterThanOrEqualAny(block, new Vector<float>(hits.Threshold)))
            {
                Offer(segment, scores, at, at + Vector<float>.Count, allowed, hits);
            }
        }

        Offer(segment, scores, at, scores.Length, allowed, hits);
    }

    private static void Offer(
        Segment segment, ReadOnlySpan<float> scores, int from, int to, SlotSet? allowed, TopHits hits)
    {
        for (var slot = from; slot < to; slot++)
        {
            if (scores[slot] > 0 && scores[slot] >= hits.Threshold && (allowed is null || allowed.Contains(slot)))
            {
                hits.Offer(scores[slot], segment.Ids[slot], !segment.Vectors.Has(slot, segment.Count));
            }
        }
    }
}
