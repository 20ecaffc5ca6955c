using System.Globalization;

namespace RagAspire.Extraction;

/// <summary>Numbers of pages for people.</summary>
public static class PageRanges
{
    private const int MaxRanges = 20;

    /// <summary>Writes pages as ranges, such as "2, 4-9".</summary>
    /// <param name="pages">In ascending order.</param>
    public static string Of(IReadOnlyList<int> pages)
    {
        var ranges = new List<string>();
        for (var index = 0; index < pages.Count && ranges.Count <= MaxRanges;)
        {
            var end = index;
            while (end + 1 < pages.Count && pages[end + 1] == pages[end] + 1)
            {
                end++;
            }

            ranges.Add(index == end
                ? pages[index].ToString(CultureInfo.InvariantCulture)
                : string.Create(CultureInfo.InvariantCulture, $"{pages[index]}-{pages[end]}"));
            index = end + 1;
        }

        return string.Join(", ", ranges.Take(MaxRanges)) + (ranges.Count > MaxRanges ? ", \u2026" : string.Empty);
    }
}
