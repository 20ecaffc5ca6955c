using System.Globalization;

namespace RagAspire;

/// <summary>Short spellings of times, such as <c>30s</c>, <c>45m</c>, <c>6h</c> and <c>30d</c>, as Prometheus writes
/// them.</summary>
public static class Durations
{
    /// <summary>Reads a short spelling, or that of <see cref="TimeSpan"/>.</summary>
    /// <returns>Null for anything else, and for what is not longer than zero.</returns>
    public static TimeSpan? Parse(string? text)
    {
        TimeSpan? parsed = text is [.. var number, var unit]
            && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count < 1e6
                ? unit switch
                {
                    's' => TimeSpan.FromSeconds(count),
                    'm' => TimeSpan.FromMinutes(count),
                    'h' => TimeSpan.FromHours(count),
                    'd' => TimeSpan.FromDays(count),
                    'w' => TimeSpan.FromDays(7 * count),
                    _ => null,
                }
                : null;
        parsed ??= text?.Contains(':') == true && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var written)
            ? written : null;
        return parsed > TimeSpan.Zero ? parsed : null;
    }
}
