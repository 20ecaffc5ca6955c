using System.Text.RegularExpressions;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>Detects headers, footers and page numbers: lines at the edges of pages that are repeated.</summary>
internal sealed partial class RepeatedLines
{
    private const int EdgeLines = 3;
    private const int MinPages = 4;
    private readonly HashSet<string> _repeated = [];

    public RepeatedLines(IReadOnlyList<PageText> pages)
    {
        if (pages.Count < MinPages)
        {
            return;
        }

        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var page in pages)
        {
            foreach (var line in Edges(page).Select(row => Key(row.Text)).Distinct())
            {
                counts[line] = counts.GetValueOrDefault(line) + 1;
            }
        }

        var enough = Math.Max(3, pages.Count / 5);
        _repeated.UnionWith(counts.Where(count => count.Value >= enough).Select(count => count.Key));
    }

    /// <summary>The regions of the page without repeated lines.</summary>
    public IEnumerable<IReadOnlyList<TextRow>> Without(PageText page)
    {
        var dropped = Edges(page).Where(row => _repeated.Contains(Key(row.Text))).ToHashSet(ReferenceEqualityComparer.Instance);
        return page.Regions.Select(region => (IReadOnlyList<TextRow>)[.. region.Where(row => !dropped.Contains(row))]);
    }

    private static IEnumerable<TextRow> Edges(PageText page)
    {
        var rows = page.Rows.OrderByDescending(row => row.Baseline).ToList();
        return rows.Count <= 2 * EdgeLines ? rows : rows.Take(EdgeLines).Concat(rows.TakeLast(EdgeLines));
    }

    private static string Key(string text) => Numbers().Replace(text, "#");

    [GeneratedRegex(@"\d+|\b[ivxlcIVXLC]+\b")]
    private static partial Regex Numbers();
}
