using System.Globalization;
using System.Xml;

namespace RagAspire.Extractor.Formats;

/// <summary>Dates, durations and repetitions of calendars as people write them.</summary>
internal static class CalendarTime
{
    private static readonly string[] Forms = ["yyyyMMdd'T'HHmmss", "yyyyMMdd'T'HHmm", "yyyyMMdd", "yyyy-MM-dd"];

    /// <summary>A moment with its time zone, where it has one; a value that is not a moment stays as it is.</summary>
    public static string Of(ContentLine line) => string.Join(", ", line.Items.Select(item => Of(item, line.Parameters["TZID"].FirstOrDefault())));

    public static string Of(string value, string? zone)
    {
        var isUtc = value.EndsWith('Z');
        var isMoment = DateTime.TryParseExact(
            value.TrimEnd('Z'), Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment);
        return !isMoment ? value
            : !value.Contains('T') ? moment.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : moment.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)
                + (isUtc ? " UTC" : zone is { Length: > 0 } ? $" ({zone})" : string.Empty);
    }

    public static string Duration(string value)
    {
        try
        {
            var time = XmlConvert.ToTimeSpan(value);
            var parts = new[] { (time.Days, "d"), (time.Hours, "h"), (time.Minutes, "min") }.Where(part => part.Item1 != 0);
            return string.Join(' ', parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Item1} {part.Item2}")));
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            return value;
        }
    }

    /// <summary>A rule such as FREQ=WEEKLY;BYDAY=MO;COUNT=3 as "weekly, on MO, 3 times".</summary>
    public static string Repetition(string rule)
    {
        var parts = rule.Split(';').Select(part => part.Split('=', 2)).Where(pair => pair.Length == 2)
            .Select(pair => (pair[0].ToUpperInvariant(), pair[1]) switch
            {
                ("FREQ", var value) => value.ToLowerInvariant(),
                ("INTERVAL", var value) => $"every {value}",
                ("COUNT", var value) => $"{value} times",
                ("UNTIL", var value) => $"until {Of(value, zone: null)}",
                ("BYDAY" or "BYMONTHDAY", var value) => $"on {value.Replace(",", ", ", StringComparison.Ordinal)}",
                ("BYMONTH", var value) => $"in month {value.Replace(",", ", ", StringComparison.Ordinal)}",
                _ => string.Empty,
            });
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }
}
