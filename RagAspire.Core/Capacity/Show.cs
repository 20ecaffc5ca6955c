using System.Globalization;
using RagAspire.Capacity.History;

namespace RagAspire.Capacity;

/// <summary>Figures as people read them.</summary>
public static class Show
{
    public static string Value(double? value, CapacityUnit unit) => value is not { } known ? "–" : unit switch
    {
        CapacityUnit.Percent => Text(known, " %"),
        CapacityUnit.Bytes => ByteSize.Format(known),
        CapacityUnit.Seconds => known < 1 ? Text(known * 1000, " ms") : Text(known, " s"),
        CapacityUnit.PerSecond => Text(known, "/s"),
        CapacityUnit.PerHour => Text(known, "/h"),
        _ => Text(known, ""),
    };

    public static string Day(DateTimeOffset? at) =>
        at is { } day ? day.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "later";

    private static string Text(double value, string unit)
    {
        var format = Math.Abs(value) switch { 0 => "0", < .1 => "0.####", < 10 => "0.##", < 1000 => "0.#", _ => "#,0" };
        return value.ToString(format, CultureInfo.InvariantCulture) + unit;
    }
}
