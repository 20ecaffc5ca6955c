namespace RagAspire.Vectors.InProcess;

/// <summary>Makes one segment of several and leaves out what was removed.</summary>
internal static class SegmentMerger
{
    private const int Removed = -1;

    public static Segment Merge(IReadOnlyList<SegmentView> views)
    {
        var count = views.Sum(v => v.LiveCount);
        var (ids, documents, versions) = (new Guid[count], new Guid[count], new int[count]);
        var (lengths, labelsOf) = (new float[count], new int[count]);
        var labels = new Dictionary<PointLabels, int>();
        var newSlots = new int[views.Count][];
        var next = 0;
        for (var v = 0; v < views.Count; v++)
        {
            var segment = views[v].Segment;
            newSlots[v] = new int[segment.Count];
            for (var slot = 0; slot < segment.Count; slot++)
            {
                if (!views[v].IsLive(slot))
                {
                    newSlots[v][slot] = Removed;
                    continue;
                }

                (ids[next], documents[next], versions[next]) =
                    (segment.Ids[slot], segment.Documents[slot], segment.Versions[slot]);
                lengths[next] = segment.Lengths[slot];
                labelsOf[next] = SegmentBuilder.Intern(labels, segment.Labels[segment.LabelsOf[slot]]);
                newSlots[v][slot] = next++;
            }
        }

        return new Segment
        {
            Ids = ids,
            Documents = documents,
            Versions = versions,
            Lengths = lengths,
            LabelsOf = labelsOf,
            Labels = [.. labels.Keys],
            Postings = MergePostings(views, newSlots),
            Vectors = MergeVectors(views, newSlots),
        };
    }

    private static Postings MergePostings(IReadOnlyList<SegmentView> views, int[][] newSlots)
    {
        var sources = views.Select(v => v.Segment.Postings).ToArray();
        var size = CountLive(sources, newSlots);
        var (slots, counts) = (new int[size], new ushort[size]);
        var (terms, offsets) = (new List<uint>(sources.Max(s => s.Terms.Length)), new List<int> { 0 });
        var cursors = new int[sources.Length];
        var at = 0;
        while (Smallest(sources, cursors) is { } term)
        {
            var start = at;
            for (var s = 0; s < sources.Length; s++)
            {
                if (cursors[s] < sources[s].Terms.Length && sources[s].Terms[cursors[s]] == term)
                {
                    Copy(sources[s], cursors[s]++, newSlots[s], slots, counts, ref at);
                }
            }

            if (at > start)
            {
                terms.Add(term);
                offsets.Add(at);
            }
        }

        return new Postings([.. terms], [.. offsets], slots, counts);
    }

    private static int CountLive(Postings[] sources, int[][] newSlots)
    {
        var size = 0L;
        for (var s = 0; s < sources.Length; s++)
        {
            foreach (var slot in sources[s].Slots)
            {
                size += newSlots[s][slot] == Removed ? 0 : 1;
            }
        }

        return checked((int)size);
    }

    private static uint? Smallest(Postings[] sources, int[] cursors)
    {
        uint? smallest = null;
        for (var s = 0; s < sources.Length; s++)
        {
            if (cursors[s] < sources[s].Terms.Length && !(sources[s].Terms[cursors[s]] >= smallest))
            {
                smallest = sources[s].Terms[cursors[s]];
            }
        }

        return smallest;
    }

    private static void Copy(Postings from, int term, int[] newSlots, int[] slots, ushort[] counts, ref int at)
    {
        for (var i = from.Offsets[term]; i < from.Offsets[term + 1]; i++)
        {
            var slot = newSlots[from.Slots[i]];
            if (slot != Removed)
            {
                slots[at] = slot;
                counts[at++] = from.Counts[i];
            }
        }
    }

    private static VectorRows MergeVectors(IReadOnlyList<SegmentView> views, int[][] newSlots)
    {
        var rows = 0;
        for (var v = 0; v < views.Count; v++)
        {
            rows += views[v].Segment.Vectors.Slots.Count(slot => newSlots[v][slot] != Removed);
        }

        if (rows == 0)
        {
            return VectorRows.None;
        }

        var merged = VectorRows.Allocate(views.Max(v => v.Segment.Vectors.Dimensions), rows);
        var next = 0;
        for (var v = 0; v < views.Count; v++)
        {
            var from = views[v].Segment.Vectors;
            for (var row = 0; row < from.Count; row++)
            {
                var slot = newSlots[v][from.Slots[row]];
                if (slot != Removed)
                {
                    merged.Copy(next++, slot, from, row);
                }
            }
        }

        return merged;
    }
}
