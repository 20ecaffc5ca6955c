namespace RagAspire.Vectors.InProcess;

/// <summary>One collection's segments. Read through <see cref="Current"/> by anyone, changed by one writer at a time.</summary>
internal sealed class CollectionIndex
{
    /// <summary>Segments of similar size are merged when there are this many of them.</summary>
    private const int MergeAt = 6;

    /// <summary>The largest segment that merging makes: it bounds what a merge needs in memory and time.</summary>
    private const int MaxMergedPoints = 1 << 17;

    private const int SmallestTier = 256;
    private const double RemovedShareThatIsCompacted = 0.2;

    private volatile CollectionSnapshot _current = CollectionSnapshot.Empty;

    /// <summary>A consistent picture that later writes do not touch.</summary>
    public CollectionSnapshot Current => _current;

    /// <summary>Adds a segment and removes slots of others, visible at once and together.</summary>
    public void Change(Segment? added, IReadOnlyDictionary<Segment, List<int>> removed)
    {
        var views = new List<SegmentView>(_current.Segments.Count + 1);
        foreach (var view in _current.Segments)
        {
            var kept = removed.TryGetValue(view.Segment, out var slots) ? view.Without(slots) : view;
            if (kept.LiveCount > 0)
            {
                views.Add(kept);
            }
        }

        if (added is { Count: > 0 })
        {
            views.Add(SegmentView.Of(added));
        }

        _current = new CollectionSnapshot(views);
    }

    /// <summary>Merges what is worth it; returns the new segments, whose points have moved.</summary>
    public List<Segment> Tidy()
    {
        var made = new List<Segment>();
        while (NextMerge() is { } views)
        {
            made.Add(Replace(views));
        }

        return made;
    }

    /// <summary>Rewrites every segment from which something was removed.</summary>
    public List<Segment> Compact()
        => [.. _current.Segments.Where(v => v.LiveCount < v.Segment.Count).ToList().Select(v => Replace([v]))];

    private Segment Replace(IReadOnlyList<SegmentView> views)
    {
        var merged = SegmentMerger.Merge(views);
        _current = new CollectionSnapshot([.. _current.Segments.Except(views), SegmentView.Of(merged)]);
        return merged;
    }

    private List<SegmentView>? NextMerge()
    {
        var worn = _current.Segments.FirstOrDefault(
            v => v.Segment.Count - v.LiveCount > RemovedShareThatIsCompacted * v.Segment.Count);
        if (worn is not null)
        {
            return [worn];
        }

        var tier = _current.Segments
            .Where(v => v.LiveCount < MaxMergedPoints / 2)
            .GroupBy(Tier)
            .FirstOrDefault(group => group.Count() >= MergeAt);
        return tier is null ? null : WithinLimit(tier);
    }

    /// <summary>Each tier holds segments up to <see cref="MergeAt"/> times the size of the tier below.</summary>
    private static int Tier(SegmentView view)
        => (int)Math.Log((double)Math.Max(view.LiveCount, SmallestTier) / SmallestTier, MergeAt);

    private static List<SegmentView> WithinLimit(IEnumerable<SegmentView> views)
    {
        var chosen = new List<SegmentView>();
        var points = 0;
        foreach (var view in views.OrderBy(v => v.LiveCount))
        {
            points += view.LiveCount;
            if (points > MaxMergedPoints && chosen.Count > 1)
            {
                break;
            }

            chosen.Add(view);
        }

        return chosen;
    }
}
