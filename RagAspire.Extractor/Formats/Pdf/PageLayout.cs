namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>
/// Puts the segments of a page into reading order: of two columns of text the whole left one comes first. The columns of
/// a table are not separated, because the cells of a line belong together.
/// </summary>
internal static class PageLayout
{
    private const int MaxCuts = 200;
    private const int MinLines = 3;
    private const int MinCharacters = 14;
    private const double MinGutter = .8;
    private const double MinFill = .45;

    /// <summary>Regions in reading order, each with its rows from top to bottom.</summary>
    public static IReadOnlyList<IReadOnlyList<TextRow>> Regions(IReadOnlyList<TextSegment> segments) =>
    [
        .. Cut(segments, 0)
            .Select(region => (IReadOnlyList<TextRow>)[.. TextRows.Group(region.Segments).Select(row => new TextRow(row))]),
    ];

    private static List<Region> Cut(IReadOnlyList<TextSegment> segments, int depth)
    {
        if (segments.Count < 2 * MinLines || depth > MaxCuts)
        {
            return [new Region(segments, IsColumn: false)];
        }

        if (FindGutter(segments) is { } gutter)
        {
            var left = Cut([.. segments.Where(segment => segment.Left < gutter)], depth + 1);
            var right = Cut([.. segments.Where(segment => segment.Left >= gutter)], depth + 1);
            return [.. left.Concat(right).Select(region => region with { IsColumn = true })];
        }

        if (FindWidestBreak(segments) is not { } level)
        {
            return [new Region(segments, IsColumn: false)];
        }

        return Join(
            Cut([.. segments.Where(segment => segment.Baseline >= level)], depth + 1),
            Cut([.. segments.Where(segment => segment.Baseline < level)], depth + 1));
    }

    // A cut that gives no columns is undone, because it would split paragraphs and tables.
    private static List<Region> Join(List<Region> upper, List<Region> lower)
    {
        if (!upper[^1].IsColumn && !lower[0].IsColumn)
        {
            upper[^1] = new Region([.. upper[^1].Segments, .. lower[0].Segments], IsColumn: false);
            lower.RemoveAt(0);
        }

        upper.AddRange(lower);
        return upper;
    }

    /// <summary>The position of an empty strip between two columns of text.</summary>
    private static double? FindGutter(IReadOnlyList<TextSegment> segments)
    {
        var ordered = segments.OrderBy(segment => segment.Left).ToList();
        var minWidth = Math.Max(5, MinGutter * segments.Average(segment => segment.Size));
        double? best = null;
        var bestWidth = minWidth;
        var right = ordered[0].Right;
        for (var index = 1; index < ordered.Count; index++)
        {
            var width = ordered[index].Left - right;
            if (width >= bestWidth && AreTexts(ordered, index))
            {
                (best, bestWidth) = (ordered[index].Left, width);
            }

            right = Math.Max(right, ordered[index].Right);
        }

        return best;
    }

    private static bool AreTexts(List<TextSegment> ordered, int index)
    {
        var left = ordered.GetRange(0, index);
        var right = ordered.GetRange(index, ordered.Count - index);
        var top = Math.Min(left.Max(segment => segment.Baseline), right.Max(segment => segment.Baseline));
        var bottom = Math.Max(left.Min(segment => segment.Baseline), right.Min(segment => segment.Baseline));
        var height = Math.Min(Height(left), Height(right));
        return IsText(left) && IsText(right) && top - bottom > height / 2;
    }

    private static double Height(List<TextSegment> side) =>
        side.Max(segment => segment.Baseline) - side.Min(segment => segment.Baseline);

    // Lines of text fill their column; cells are short or leave most of it empty.
    private static bool IsText(List<TextSegment> side)
    {
        var width = side.Max(segment => segment.Right) - side.Min(segment => segment.Left);
        var lines = side.Select(segment => Math.Round(segment.Baseline / segment.Size * 2)).Distinct().Count();
        var widths = side.Select(segment => segment.Width).Order().ToList();
        return lines >= MinLines
            && side.Average(segment => segment.Text.Length) >= MinCharacters
            && widths[widths.Count / 2] >= MinFill * width;
    }

    /// <summary>The widest horizontal empty strip; null when nothing is side by side.</summary>
    private static double? FindWidestBreak(IReadOnlyList<TextSegment> segments)
    {
        var rows = TextRows.Group(segments).ToList();
        if (rows.Count < 2 || rows.TrueForAll(row => row.Count == 1))
        {
            return null;
        }

        var widest = 1;
        for (var index = 2; index < rows.Count; index++)
        {
            widest = Gap(rows, index) > Gap(rows, widest) ? index : widest;
        }

        return (rows[widest - 1].Min(segment => segment.Baseline) + rows[widest].Max(segment => segment.Baseline)) / 2;
    }

    private static double Gap(List<List<TextSegment>> rows, int index) => rows[index - 1][0].Baseline - rows[index][0].Baseline;

    private sealed record Region(IReadOnlyList<TextSegment> Segments, bool IsColumn);
}
