using System.Globalization;
using System.Text.RegularExpressions;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>
/// Detects running headers, footers and page numbers: lines in the margins that neighbouring pages have at the same place. A
/// number may differ from page to page only if it counts the pages.
/// </summary>
internal sealed partial class RepeatedLines
{
    private const int EdgeLines = 3;
    private const int MinPages = 3;

    // Facing pages have different headers, so that the next page but one counts as a neighbour.
    private const int Neighbours = 2;
    private const double Margin = .12;
    private const double PlaceStep = 6;

    // Short pages such as slides, labels and forms have no running lines beside their text.
    private const int MinRows = 8;
    private const int MaxPageOffset = 30;
    private const int MinLetters = 8;

    private readonly Dictionary<TextRow, bool> _dropped = new(ReferenceEqualityComparer.Instance);

    public RepeatedLines(IReadOnlyList<PageText> pages)
    {
        if (pages.Count < MinPages)
        {
            return;
        }

        var lines = pages.Select(page => Lines(page, pages.Count)).ToList();
        var numbers = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (var (key, page) in lines.SelectMany(page => page).SelectMany(line => line.Keys.Select(key => (key, line.Page))))
        {
            if (!numbers.TryGetValue(key, out var found))
            {
                numbers[key] = found = [];
            }

            found.Add(page);
        }

        for (var index = 0; index < pages.Count; index++)
        {
            var repeated = lines[index].Where(line => line.Keys.Exists(key => IsRepeated(numbers[key], line.Page)));
            Drop(pages[index], [.. repeated.Select(line => line.Row)]);
        }
    }

    /// <summary>The regions of the page without repeated lines.</summary>
    public IEnumerable<IReadOnlyList<TextRow>> Without(PageText page) => _dropped.Count == 0
        ? page.Regions
        : page.Regions.Select(region => (IReadOnlyList<TextRow>)[.. region.Where(row => !_dropped.ContainsKey(row))]);

    private void Drop(PageText page, List<TextRow> rows)
    {
        if (page.Rows.Count() - rows.Count >= MinRows)
        {
            rows.ForEach(row => _dropped[row] = true);
        }
    }

    private static bool IsRepeated(List<int> pages, int page)
    {
        var at = pages.BinarySearch(page);
        var near = 0;
        for (var index = Math.Max(0, at - 2); index < Math.Min(pages.Count, at + 3); index++)
        {
            near += index != at && Math.Abs(pages[index] - page) <= 2 * Neighbours && pages[index] != page ? 1 : 0;
        }

        return near >= 2 && (Has(pages, at - 1, page) || Has(pages, at + 1, page));
    }

    private static bool Has(List<int> pages, int index, int page) =>
        index >= 0 && index < pages.Count && Math.Abs(pages[index] - page) <= Neighbours;

    private static List<Line> Lines(PageText page, int pages) =>
        [.. Edges(page).Select(row => new Line(page.Number, row, Keys(page, row, pages)))];

    private static IEnumerable<TextRow> Edges(PageText page)
    {
        var rows = page.Rows.OrderByDescending(row => row.Baseline).ToList();
        var band = Margin * page.Height;
        var top = rows.Take(EdgeLines).Where(row => row.Baseline > page.Height - band);
        var bottom = rows.Skip(EdgeLines).TakeLast(EdgeLines).Where(row => row.Baseline < band);
        return top.Concat(bottom);
    }

    /// <summary>The text at its place; also with a number of the page as such, for each number that may be one.</summary>
    private static List<string> Keys(PageText page, TextRow row, int pages)
    {
        var place = Math.Round(row.Baseline / PlaceStep).ToString(CultureInfo.InvariantCulture);
        var text = row.Text;
        var keys = new List<string> { $"{place} {text}" };
        foreach (Match number in Numbers().Matches(text))
        {
            var rest = text.Remove(number.Index, number.Length);
            var value = Value(number.Value);
            var isNear = value <= pages + MaxPageOffset && Math.Abs(value.Value - page.Number) <= MaxPageOffset;
            if (value is not null && (PageWords().IsMatch(rest) || (isNear && rest.Count(char.IsLetter) >= MinLetters)))
            {
                keys.Add($"{place} {rest}\u0001{value - page.Number}");
            }
        }

        return keys;
    }

    private static int? Value(string number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : Roman(number.ToLowerInvariant());

    private static int? Roman(string number)
    {
        var (sum, last) = (0, 0);
        foreach (var digit in number.Reverse())
        {
            var value = digit switch { 'i' => 1, 'v' => 5, 'x' => 10, 'l' => 50, 'c' => 100, _ => 0 };
            sum += value < last ? -value : value;
            last = Math.Max(last, value);
        }

        return sum > 0 ? sum : null;
    }

    private sealed record Line(int Page, TextRow Row, List<string> Keys);

    [GeneratedRegex(@"\b(\d{1,5}|[ivxlc]{1,7}|[IVXLC]{1,7})\b")]
    private static partial Regex Numbers();

    /// <summary>What stands beside the number of a page and says nothing else.</summary>
    [GeneratedRegex(@"^\W*(page|p\.?|seite|pagina|página|стр\.?|第|页|頁)?\W*((of|von|/|de|di|sur)\s*\d{1,5})?\W*$", RegexOptions.IgnoreCase)]
    private static partial Regex PageWords();
}
