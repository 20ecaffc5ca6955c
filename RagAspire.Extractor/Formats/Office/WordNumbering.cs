using System.Globalization;
using System.Xml.Linq;
using RagAspire.Extractor.InlineText;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>The numbers and bullets of list items, counted through the document.</summary>
internal sealed class WordNumbering
{
    private const int Levels = 9;
    private readonly Dictionary<string, XElement> _abstract = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _lists = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int[]> _counts = new(StringComparer.Ordinal);

    public WordNumbering(XElement? numbering)
    {
        foreach (var definition in numbering.Children("abstractNum"))
        {
            _abstract.TryAdd(definition.Value("abstractNumId") ?? string.Empty, definition);
        }

        foreach (var list in numbering.Children("num"))
        {
            _lists.TryAdd(list.Value("numId") ?? string.Empty, list.Child("abstractNumId").Value("val") ?? string.Empty);
        }
    }

    /// <summary>The marker of the next item; null when the paragraph is in no list.</summary>
    /// <param name="properties">The paragraph's numPr.</param>
    public string? Next(XElement? properties)
    {
        var list = properties.Child("numId").Value("val");
        if (list is null or "0")
        {
            return null;
        }

        var level = int.TryParse(properties.Child("ilvl").Value("val"), CultureInfo.InvariantCulture, out var value) ? Math.Clamp(value, 0, Levels - 1) : 0;
        var levels = _abstract.GetValueOrDefault(_lists.GetValueOrDefault(list, string.Empty)).Children("lvl").ToList();
        var counts = Count(list, level, levels);
        var pattern = LevelOf(levels, level).Child("lvlText").Value("val");
        return FormatOf(levels, level) is "bullet" or "none" or null || pattern is null
            ? "- "
            : Fill(pattern, counts, levels) + " ";
    }

    private int[] Count(string list, int level, List<XElement> levels)
    {
        if (!_counts.TryGetValue(list, out var counts))
        {
            counts = new int[Levels];
            _counts[list] = counts;
        }

        for (var upTo = 0; upTo <= level; upTo++)
        {
            if (counts[upTo] == 0)
            {
                counts[upTo] = int.TryParse(LevelOf(levels, upTo).Child("start").Value("val"), CultureInfo.InvariantCulture, out var start) ? start : 1;
            }
            else if (upTo == level)
            {
                counts[upTo]++;
            }
        }

        Array.Clear(counts, level + 1, Levels - level - 1);
        return counts;
    }

    private static string Fill(string pattern, int[] counts, List<XElement> levels)
    {
        for (var level = 0; level < Levels; level++)
        {
            pattern = pattern.Replace(
                $"%{level + 1}", Number(counts[level], FormatOf(levels, level)), StringComparison.Ordinal);
        }

        return pattern;
    }

    private static string Number(int number, string? format) => format switch
    {
        "lowerLetter" => ListNumber.Letters(number).ToLowerInvariant(),
        "upperLetter" => ListNumber.Letters(number),
        "lowerRoman" => ListNumber.Roman(number).ToLowerInvariant(),
        "upperRoman" => ListNumber.Roman(number),
        _ => number.ToString(CultureInfo.InvariantCulture),
    };

    private static XElement? LevelOf(List<XElement> levels, int level) =>
        levels.Find(item => item.Value("ilvl") == level.ToString(CultureInfo.InvariantCulture));

    private static string? FormatOf(List<XElement> levels, int level) => LevelOf(levels, level).Child("numFmt").Value("val");
}
