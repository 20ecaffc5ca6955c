using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace RagAspire.Answers.Extractive.Tables;

/// <summary>The number or the date in a cell.</summary>
/// <param name="Unit">What is left of the cell, for a comparison of like with like; of known units their base.</param>
internal readonly partial record struct CellValue(double Number, string Unit)
{
    /// <summary>The factors of units to the base of their kind.</summary>
    private static readonly FrozenDictionary<string, (string Base, double Factor)> Units = new Dictionary<string, (string, double)>
    {
        ["mg"] = ("g", 1e-3), ["g"] = ("g", 1), ["kg"] = ("g", 1e3), ["t"] = ("g", 1e6),
        ["mm"] = ("m", 1e-3), ["cm"] = ("m", 1e-2), ["m"] = ("m", 1), ["km"] = ("m", 1e3),
        ["ml"] = ("l", 1e-3), ["cl"] = ("l", 1e-2), ["l"] = ("l", 1), ["hl"] = ("l", 100),
        ["ms"] = ("s", 1e-3), ["s"] = ("s", 1), ["min"] = ("s", 60), ["h"] = ("s", 3_600), ["d"] = ("s", 86_400),
        ["w"] = ("w", 1), ["kw"] = ("w", 1e3), ["mw"] = ("w", 1e6), ["gw"] = ("w", 1e9),
        ["b"] = ("b", 1), ["kb"] = ("b", 1e3), ["mb"] = ("b", 1e6), ["gb"] = ("b", 1e9), ["tb"] = ("b", 1e12),
        ["thousand"] = ("", 1e3), ["million"] = ("", 1e6), ["m€"] = ("€", 1e6), ["bn"] = ("", 1e9), ["billion"] = ("", 1e9),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The values of a column; null where a cell has no single number or date.</summary>
    /// <remarks>Whether a point groups digits or begins a fraction is seen from the whole column.</remarks>
    public static IReadOnlyList<CellValue?> OfColumn(IReadOnlyList<string> cells)
    {
        var hasCommaFraction = cells.Any(cell => CommaFraction().IsMatch(cell));
        return [.. cells.Select(cell => Of(cell, hasCommaFraction))];
    }

    private static CellValue? Of(string cell, bool hasCommaFraction)
    {
        var dates = Dates.In(cell).ToList();
        if (dates is [{ Key: var key, Text: var text }] && (key % 10_000 != 0 || text == cell.Trim()))
        {
            return new CellValue(key, "date");
        }

        var numbers = Number().Matches(cell);
        if (numbers is not [var match])
        {
            return null;
        }

        var digits = match.Value.Replace('−', '-').Replace(" ", "", StringComparison.Ordinal).Replace("\u00A0", "", StringComparison.Ordinal)
            .Replace("'", "", StringComparison.Ordinal);
        digits = hasCommaFraction
            ? digits.Replace(".", "", StringComparison.Ordinal).Replace(',', '.')
            : digits.Replace(",", "", StringComparison.Ordinal);
        if (!double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var unit = cell.Remove(match.Index, match.Length).Trim();
        if (unit is "()")
        {
            (number, unit) = (-number, "");
        }

        return Units.TryGetValue(unit, out var known)
            ? new CellValue(number * known.Factor, known.Base)
            : new CellValue(number, unit.ToLowerInvariant());
    }

    [GeneratedRegex(@"(?<![\d.,])[-−]?\d+(?:[.,' \u00A0]\d{3})*(?:[.,]\d+)?(?![\d])")]
    private static partial Regex Number();

    [GeneratedRegex(@"\d,(?:\d{1,2}|\d{4,})(?!\d)|\d\.\d{3}(?:,|\.\d{3})")]
    private static partial Regex CommaFraction();
}
