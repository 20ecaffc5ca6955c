using RagAspire.Extraction;

namespace RagAspire.Extractor;

/// <summary>Collects what could not be read, and which pages have text.</summary>
internal sealed class DocumentWarnings
{
    private const int MaxPlaces = 20;
    private const int MaxPlaceCharacters = 80;

    private readonly Dictionary<string, (List<string> Places, int Count)> _warnings = new(StringComparer.Ordinal);
    private readonly HashSet<int> _pages = [];

    public void Add(string code, string? where, int count)
    {
        var (places, before) = _warnings.GetValueOrDefault(code, ([], 0));
        if (where is { Length: > 0 } && places.Count < MaxPlaces && !places.Contains(where))
        {
            places.Add(where.Length <= MaxPlaceCharacters ? where : where[..CleanText.CutBefore(where, MaxPlaceCharacters)]);
        }

        _warnings[code] = (places, before + count);
    }

    /// <summary>The page has text.</summary>
    public void HasText(int page) => _pages.Add(page);

    public Coverage? Coverage(int? pages, string unit) => pages is > 0 and var all ? new Coverage(unit, _pages.Count, all) : null;

    /// <summary>The pages without text.</summary>
    public IReadOnlyList<int> Textless(int? pages) => [.. Enumerable.Range(1, pages ?? 0).Where(page => !_pages.Contains(page))];

    public IReadOnlyList<ExtractionWarning> ToList(int? pages)
    {
        if (Textless(pages) is { Count: > 0 } missing)
        {
            Add(WarningCodes.PagesWithoutText, PageRanges.Of(missing), missing.Count);
        }

        return [.. _warnings.Select(warning => new ExtractionWarning(
            warning.Key, warning.Value.Places.Count == 0 ? null : string.Join(", ", warning.Value.Places), warning.Value.Count))];
    }
}
