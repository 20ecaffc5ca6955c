using System.Runtime.InteropServices;

namespace RagAspire.Vectors.InProcess;

/// <summary>Makes a segment of a batch of points.</summary>
internal static class SegmentBuilder
{
    public static Segment Build(IReadOnlyList<IndexPoint> points)
    {
        var labels = new Dictionary<PointLabels, int>();
        return new Segment
        {
            Ids = [.. points.Select(p => p.ChunkId)],
            Documents = [.. points.Select(p => p.DocumentId)],
            Versions = [.. points.Select(p => p.Version)],
            Lengths = [.. points.Select(p => p.Terms.Length)],
            LabelsOf = [.. points.Select(p => Intern(labels, new PointLabels(p.Tags, p.Groups, p.Fields)))],
            Labels = [.. labels.Keys],
            Postings = BuildPostings(points),
            Vectors = BuildVectors(points),
        };
    }

    /// <summary>The number of the labels, in the order in which they come.</summary>
    public static int Intern(Dictionary<PointLabels, int> known, PointLabels labels)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(known, labels, out var exists);
        if (!exists)
        {
            number = known.Count - 1;
        }

        return number;
    }

    private static Postings BuildPostings(IReadOnlyList<IndexPoint> points)
    {
        var numbers = new Dictionary<uint, int>();
        var frequencies = new List<int>();
        var numberOf = new int[points.Sum(p => p.Terms.Indices.Length)];
        var next = 0;
        foreach (var point in points)
        {
            foreach (var term in point.Terms.Indices)
            {
                ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, term, out var exists);
                if (!exists)
                {
                    number = frequencies.Count;
                    frequencies.Add(0);
                }

                CollectionsMarshal.AsSpan(frequencies)[number]++;
                numberOf[next++] = number;
            }
        }

        var terms = numbers.Keys.ToArray();
        var order = numbers.Values.ToArray();
        Array.Sort(terms, order);
        var offsets = new int[terms.Length + 1];
        var cursor = new int[terms.Length];
        for (var i = 0; i < terms.Length; i++)
        {
            cursor[order[i]] = offsets[i];
            offsets[i + 1] = offsets[i] + frequencies[order[i]];
        }

        return Fill(points, terms, offsets, numberOf, cursor);
    }

    private static Postings Fill(
        IReadOnlyList<IndexPoint> points, uint[] terms, int[] offsets, int[] numberOf, int[] cursor)
    {
        var slots = new int[numberOf.Length];
        var counts = new ushort[numberOf.Length];
        var next = 0;
        for (var slot = 0; slot < points.Count; slot++)
        {
            foreach (var count in points[slot].Terms.Values)
            {
                var at = cursor[numberOf[next++]]++;
                slots[at] = slot;
                counts[at] = (ushort)Math.Min(count, ushort.MaxValue);
            }
        }

        return new Postings(terms, offsets, slots, counts);
    }

    private static VectorRows BuildVectors(IReadOnlyList<IndexPoint> points)
    {
        var slots = new List<int>();
        var dimensions = 0;
        for (var slot = 0; slot < points.Count; slot++)
        {
            if (points[slot].Dense is { } dense)
            {
                slots.Add(slot);
                dimensions = dense.Length;
            }
        }

        if (slots.Count == 0)
        {
            return VectorRows.None;
        }

        var rows = VectorRows.Allocate(dimensions, slots.Count);
        for (var row = 0; row < slots.Count; row++)
        {
            rows.Set(row, slots[row], points[slots[row]].Dense);
        }

        return rows;
    }
}
