using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>Formats the numbers of cells as they are shown; dates as year, month and day.</summary>
internal sealed partial class CellFormats
{
    private const double LastDate = 2_958_466;
    private readonly List<Shown> _formats = [];
    private readonly bool _countsFrom1904;

    public CellFormats(XElement? styles, bool countsFrom1904)
    {
        _countsFrom1904 = countsFrom1904;
        var codes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var format in styles.Child("numFmts").Children("numFmt"))
        {
            codes[format.Value("numFmtId") ?? string.Empty] = format.Value("formatCode") ?? string.Empty;
        }

        foreach (var cell in styles.Child("cellXfs").Children("xf"))
        {
            var id = cell.Value("numFmtId") ?? "0";
            _formats.Add(codes.TryGetValue(id, out var code)
                ? new Shown(KindOf(code), NumberFormat.Of(code))
                : new Shown(BuiltIn(id), BuiltInNumber(id)));
        }
    }

    private enum Kind
    {
        Number,
        Date,
        Time,
        DateAndTime,
    }

    /// <param name="style">The cell's style by number.</param>
    public string Format(string value, string? style)
    {
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return value;
        }

        var shown = int.TryParse(style, CultureInfo.InvariantCulture, out var index) && index >= 0 && index < _formats.Count
                ? _formats[index]
                : new Shown(Kind.Number, null);
        return shown.Kind switch
        {
            Kind.Date or Kind.Time or Kind.DateAndTime when number is >= 0 and < LastDate => Moment(number, shown.Kind),
            Kind.Number when shown.Format is not null => shown.Format.Format(number, Plain(number, "G15")),
            _ => Plain(number, "G15"),
        };
    }

    private string Moment(double number, Kind kind)
    {
        if (kind == Kind.Time && number >= 1)
        {
            return $"{Math.Floor(number * 24)}:{Math.Floor(number * 1440 % 60):00}:{Math.Floor(number * 86_400 % 60):00}";
        }

        // Excel counts day 60 as 29 February 1900, which did not exist.
        var start = _countsFrom1904 ? new DateTime(1904, 1, 1)
            : number < 60 ? new DateTime(1899, 12, 31)
            : new DateTime(1899, 12, 30);
        var moment = start.AddSeconds(Math.Round(number * 86_400));
        var format = kind == Kind.Time || number < 1 ? "HH:mm:ss"
            : kind == Kind.Date && number % 1 == 0 ? "yyyy-MM-dd"
            : "yyyy-MM-dd HH:mm";
        return moment.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>A number in this format, as it is shown.</summary>
    public static string Number(double number, string? code) =>
        NumberFormat.Of(code ?? string.Empty)?.Format(number, Plain(number, "G15")) ?? Plain(number, "G15");

    private static string Plain(double number, string format) =>
        Math.Abs(number) is >= 1e15 or (< 1e-5 and > 0) or double.NaN
            ? number.ToString("R", CultureInfo.InvariantCulture)
            : ((decimal)double.Parse(number.ToString(format, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture))
                .ToString("0.###############", CultureInfo.InvariantCulture);

    // Built-in formats have fixed numbers.
    private static Kind BuiltIn(string id) => int.TryParse(id, CultureInfo.InvariantCulture, out var number)
        ? number switch
        {
            14 or 15 or 16 or 17 or (>= 27 and <= 31) or 36 or (>= 50 and <= 54) or 57 or 58 => Kind.Date,
            18 or 19 or 20 or 21 or (>= 32 and <= 35) or 45 or 46 or 47 or 55 or 56 => Kind.Time,
            22 => Kind.DateAndTime,
            _ => Kind.Number,
        }
        : Kind.Number;

    private static NumberFormat? BuiltInNumber(string id) => id switch
    {
        "1" => NumberFormat.Of("0"),
        "2" => NumberFormat.Of("0.00"),
        "3" or "37" or "38" => NumberFormat.Of("#,##0"),
        "4" or "39" or "40" or "43" => NumberFormat.Of("#,##0.00"),
        "9" => NumberFormat.Of("0%"),
        "10" => NumberFormat.Of("0.00%"),
        _ => null,
    };

    private static Kind KindOf(string code)
    {
        var plain = Literals().Replace(code.Split(';')[0], string.Empty).ToLowerInvariant();
        var hasDate = plain.Contains('y') || plain.Contains('d');
        var hasTime = plain.Contains('h') || plain.Contains('s') || plain.Contains("am/pm", StringComparison.Ordinal);
        return hasDate && hasTime ? Kind.DateAndTime
            : hasDate || (plain.Contains('m') && !hasTime) ? Kind.Date
            : hasTime ? Kind.Time
            : Kind.Number;
    }

    /// <param name="Format">How a number is shown; null for as it is.</param>
    private readonly record struct Shown(Kind Kind, NumberFormat? Format);

    /// <summary>Quoted and escaped text, colours, conditions and locales; not elapsed hours such as [h].</summary>
    [GeneratedRegex("""
        "[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|general
        """, RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Literals();
}
