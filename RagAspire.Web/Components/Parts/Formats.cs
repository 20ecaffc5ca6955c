using System.Globalization;

namespace RagAspire.Web.Components.Parts;

/// <summary>Numbers as people read them.</summary>
internal static class Formats
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB"];

    public static string Bytes(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        while (value >= 1024 && unit < Units.Length - 1)
        {
            (value, unit) = (value / 1024, unit + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[unit]}");
    }

    public static string Seconds(double milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.0} s");

    /// <summary>An age in the largest two units, such as "2 h 5 min"; a dash for none.</summary>
    public static string Age(double seconds) => TimeSpan.FromSeconds(seconds) switch
    {
        { Ticks: <= 0 } => "–",
        { TotalMinutes: < 1 } age => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(age.TotalSeconds)} s"),
        { TotalHours: < 1 } age => string.Create(CultureInfo.InvariantCulture, $"{age.Minutes} min {age.Seconds} s"),
        { TotalDays: < 1 } age => string.Create(CultureInfo.InvariantCulture, $"{age.Hours} h {age.Minutes} min"),
        var age => string.Create(CultureInfo.InvariantCulture, $"{age.Days} d {age.Hours} h"),
    };

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number with as many places as tell something.</summary>
    public static string Decimal(double value) => value.ToString(
        Math.Abs(value) switch { 0 => "0", < .1 => "0.####", < 10 => "0.##", < 1000 => "0.#", _ => "#,0" }, CultureInfo.InvariantCulture);

    /// <summary>Two decimals, and more where the amount is so small that they would show nothing.</summary>
    public static string Money(decimal amount, string currency) =>
        $"{amount.ToString(amount is > 0 and < 1 ? "0.00####" : "N2", CultureInfo.InvariantCulture)} {currency}";

    /// <summary>A value of a report in its unit; a dash for none.</summary>
    public static string Value(double? value, string unit) => value is not { } known ? "–" : unit switch
    {
        "bytes" => known < 0 ? $"-{Bytes((long)-known)}" : Bytes((long)known),
        "percent" => $"{Decimal(known)} %",
        "seconds" => known < 1 ? $"{Decimal(known * 1000)} ms" : $"{Decimal(known)} s",
        "persecond" => $"{Decimal(known)}/s",
        "perhour" => $"{Decimal(known)}/h",
        _ => Decimal(known),
    };

    public static string Day(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>The address of a passage in the text of a document.</summary>
    public static string TextAddress(Guid document, int? start, int? end) =>
        start is null ? $"/documents/{document}/text" : $"/documents/{document}/text?start={start}&end={end}#passage";
}
