namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>Groups segments by lines.</summary>
internal static class TextRows
{
    private const double SameBaseline = .3;

    /// <summary>Lines from top to bottom, each from left to right.</summary>
    public static IEnumerable<List<TextSegment>> Group(IEnumerable<TextSegment> segments)
    {
        List<TextSegment>? line = null;
        foreach (var segment in segments.OrderByDescending(segment => segment.Baseline))
        {
            if (line is not null && line[0].Baseline - segment.Baseline > SameBaseline * Math.Max(segment.Size, line[0].Size))
            {
                yield return Sorted(line);
                line = null;
            }

            line ??= [];
            line.Add(segment);
        }

        if (line is not null)
        {
            yield return Sorted(line);
        }
    }

    private static List<TextSegment> Sorted(List<TextSegment> line)
    {
        line.Sort((one, other) => one.Left.CompareTo(other.Left));
        return line;
    }
}
