using System.Numerics.Tensors;

namespace RagAspire.Vectors.InProcess;

/// <summary>Exact cosine similarity over one collection: every row is looked at, so recall is 1.</summary>
internal static class DenseSearch
{
    /// <summary>Fewer numbers than these are read faster by one core than handed out to several.</summary>
    private const long WorthSharing = 4_000_000;

    public static List<IndexHit> Search(
        CollectionSnapshot collection, float[] query, IReadOnlyDictionary<string, string> tags, int limit)
    {
        var unit = new float[query.Length];
        UnitVector.Write(query, unit);
        var hits = new TopHits(limit);
        foreach (var view in collection.Segments)
        {
            var vectors = view.Segment.Vectors;
            if (vectors.Slots.Length == 0)
            {
                continue;
            }

            var allowed = view.Allowed(tags);
            var parts = vectors.Values.LongLength < WorthSharing ? 1 : Environment.ProcessorCount;
            if (parts == 1)
            {
                Scan(view.Segment, unit, 0, vectors.Slots.Length, allowed, hits);
                continue;
            }

            var found = new TopHits[parts];
            Parallel.For(0, parts, part =>
            {
                found[part] = new TopHits(limit);
                var from = (int)((long)vectors.Slots.Length * part / parts);
                var to = (int)((long)vectors.Slots.Length * (part + 1) / parts);
                Scan(view.Segment, unit, from, to, allowed, found[part]);
            });
            Array.ForEach(found, hits.Offer);
        }

        return hits.BestFirst();
    }

    private static void Scan(Segment segment, float[] unit, int from, int to, SlotSet? allowed, TopHits hits)
    {
        var vectors = segment.Vectors;
        for (var row = from; row < to; row++)
        {
            var slot = vectors.Slots[row];
            if (allowed is not null && !allowed.Contains(slot))
            {
                continue;
            }

            var score = TensorPrimitives.Dot(unit, vectors.Row(row));
            if (score >= hits.Threshold)
            {
                hits.Offer(score, segment.Ids[slot]);
            }
        }
    }
}
