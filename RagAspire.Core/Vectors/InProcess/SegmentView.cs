namespace RagAspire.Vectors.InProcess;

/// <summary>A segment as of one moment: which of its slots are still alive.</summary>
/// <param name="Live">Null while none was removed.</param>
/// <param name="LiveLength">Sum of the lengths of the live slots.</param>
internal sealed record SegmentView(Segment Segment, SlotSet? Live, int LiveCount, double LiveLength)
{
    public static SegmentView Of(Segment segment)
        => new(segment, null, segment.Count, segment.Lengths.Sum(length => (double)length));

    public bool IsLive(int slot) => Live is null || Live.Contains(slot);

    public SegmentView Without(IReadOnlyCollection<int> slots)
    {
        var live = Live?.Copy() ?? SlotSet.All(Segment.Count);
        var (count, length) = (LiveCount, LiveLength);
        foreach (var slot in slots)
        {
            if (live.Contains(slot))
            {
                live.Remove(slot);
                count--;
                length -= Segment.Lengths[slot];
            }
        }

        return this with { Live = live, LiveCount = count, LiveLength = length };
    }

    /// <summary>The points of the live slots.</summary>
    public List<IndexedChunk> Chunks()
    {
        var dense = Segment.Vectors.Slots.ToHashSet();
        return [.. Enumerable.Range(0, Segment.Count).Where(IsLive).Select(slot => new IndexedChunk(
            Segment.Ids[slot], Segment.Documents[slot], Segment.Versions[slot], dense.Contains(slot)))];
    }

    /// <summary>How many live slots contain the term.</summary>
    public int DocumentFrequency(uint term)
    {
        var (start, end) = Segment.Postings.Find(term);
        if (Live is null)
        {
            return end - start;
        }

        var live = 0;
        foreach (var slot in Segment.Postings.Slots.AsSpan(start, end - start))
        {
            live += Live.Contains(slot) ? 1 : 0;
        }

        return live;
    }

    /// <summary>The live slots whose labels match.</summary>
    public SlotSet Where(Predicate<PointLabels> isMatch)
    {
        var matches = Array.ConvertAll(Segment.Labels, labels => isMatch(labels));
        var allowed = SlotSet.Empty(Segment.Count);
        for (var slot = 0; slot < Segment.Count; slot++)
        {
            if (matches[Segment.LabelsOf[slot]] && IsLive(slot))
            {
                allowed.Add(slot);
            }
        }

        return allowed;
    }
}

/// <summary>One collection as of one moment.</summary>
internal sealed class CollectionSnapshot(IReadOnlyList<SegmentView> segments)
{
    public static CollectionSnapshot Empty { get; } = new([]);

    public IReadOnlyList<SegmentView> Segments { get; } = segments;

    public int Count { get; } = segments.Sum(s => s.LiveCount);

    public double AverageLength { get; } =
        segments.Sum(s => s.LiveLength) / Math.Max(1, segments.Sum(s => s.LiveCount));

    public long Bytes => Segments.Sum(s => s.Segment.Bytes + (s.Live?.Bytes ?? 0));
}
