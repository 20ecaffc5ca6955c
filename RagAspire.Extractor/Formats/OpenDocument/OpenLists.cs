using System.Globalization;
using System.Xml.Linq;
using RagAspire.Extractor.InlineText;

namespace RagAspire.Extractor.Formats.OpenDocument;

/// <summary>Counts the items of lists.</summary>
internal sealed class OpenLists(OpenStyles styles)
{
    private const int Levels = 10;

    private readonly Dictionary<string, int[]> _counts = new(StringComparer.Ordinal);

    public void Start(XElement list, string? style, int level)
    {
        if (level <= Levels && list.Value("continue-numbering") != "true" && list.Value("continue-list") is null)
        {
            Array.Clear(Counts(style), level - 1, Levels - level + 1);
        }
    }

    /// <summary>What stands before the next item.</summary>
    public string Next(XElement item, string? style, int level)
    {
        var format = styles.ListLevel(style, level);
        if (level > Levels || format?.LocalName() != "list-level-style-number")
        {
            return "- ";
        }

        var counts = Counts(style);
        var next = counts[level - 1] > 0 ? counts[level - 1] + 1 : Number(format.Value("start-value")) ?? 1;
        counts[level - 1] = Number(item.Value("start-value")) ?? next;
        var shown = Math.Clamp(Number(format.Value("display-levels")) ?? 1, 1, level);
        var numbers = Enumerable.Range(level - shown + 1, shown)
            .Select(each => Written(Math.Max(1, counts[each - 1]), styles.ListLevel(style, each).Value("num-format")));
        return $"{format.Value("num-prefix")}{string.Join('.', numbers)}{format.Value("num-suffix")} ".TrimStart();
    }

    private int[] Counts(string? style)
    {
        if (!_counts.TryGetValue(style ?? string.Empty, out var counts))
        {
            counts = new int[Levels];
            _counts[style ?? string.Empty] = counts;
        }

        return counts;
    }

    private static string Written(int number, string? format) => format switch
    {
        "a" => ListNumber.Letters(number).ToLowerInvariant(),
        "A" => ListNumber.Letters(number),
        "i" => ListNumber.Roman(number).ToLowerInvariant(),
        "I" => ListNumber.Roman(number),
        "" => string.Empty,
        _ => number.ToString(CultureInfo.InvariantCulture),
    };

    private static int? Number(string? value) =>
        int.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number : null;
}
