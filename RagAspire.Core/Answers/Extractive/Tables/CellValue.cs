using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace RagAspire.Answers.Extractive.Tables;

/// <summary>The number or the date in a cell.</summary>
/// <param name="Unit">What is left of the cell, for a comparison of like with like; of known units their base.</param>
internal readonly partial record struct CellValue(double Number, string Unit)
{
    /// <summary>The factors of units to the base of their kind.</summary>
    private static readonly FrozenDictionary<string, (string Base, double Factor)> Units =
        """
        g: mg .001 g 1 kg 1000 t 1000000
        m: mm .001 cm .01 m 1 km 1000
        l: ml .001 cl .01 l 1 hl 100
        s: ms .001 s 1 min 60 h 3600 d 86400
        w: w 1 kw 1000 mw 1000000 gw 1000000000
        b: b 1 kb 1000 mb 1000000 gb 1000000000 tb 1000000000000
        : thousand 1000 million 1000000 bn 1000000000 billion 1000000000
        """
        .Split('\n')
        .Select(kind => kind.Split(": "))
        .SelectMany(kind => kind[1].Split(' ').Chunk(2).Select(unit => (
            Unit: unit[0], Base: kind[0], Factor: double.Parse(unit[1], NumberStyles.Float, CultureInfo.InvariantCulture))))
        .ToFrozenDictionary(unit => unit.Unit, unit => (unit.Base, unit.Factor), StringComparer.OrdinalIgnoreCase);

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

        var numbers = Digits().Matches(cell);
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

    [GeneratedRegex(@"(?<![\p{L}\d.,])[-−]?\d+(?:[.,' \u00A0]\d{3})*(?:[.,]\d+)?(?![\d])")]
    private static partial Regex Digits();

    [GeneratedRegex(@"\d,(?:\d{1,2}|\d{4,})(?!\d)|\d\.\d{3}(?:,|\.\d{3})")]
    private static partial Regex CommaFraction();
}
