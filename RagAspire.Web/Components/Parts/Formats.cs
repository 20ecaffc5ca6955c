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

    /// <summary>The address of a passage in the text of a document.</summary>
    public static string TextAddress(Guid document, int? start, int? end) =>
        start is null ? $"/documents/{document}/text" : $"/documents/{document}/text?start={start}&end={end}#passage";
}
