using System.Globalization;

namespace RagAspire.Capacity;

/// <summary>Reads a question as people write it: <c>30d</c>, <c>12h</c>, <c>4w</c>, <c>3x</c>.</summary>
public static class CapacityQuestion
{
    public const string DefaultHistory = "30d";
    public const string DefaultAhead = "90d";

    private static readonly TimeSpan Shortest = TimeSpan.FromHours(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(730);

    /// <exception cref="FormatException">A part cannot be understood; the message says which.</exception>
    public static CapacityRequest Parse(
        string? history = null, string? ahead = null, string? growth = null, long? documents = null, string? metric = null)
    {
        if (metric is not null && History.CapacityMetrics.All.All(known => known.Name != metric))
        {
            throw new FormatException(
                $"There is no figure '{metric}'; the figures are "
                + $"{string.Join(", ", History.CapacityMetrics.All.Select(known => known.Name))}.");
        }

        if (documents is <= 0)
        {
            throw new FormatException("documents must be a positive number.");
        }

        return new CapacityRequest(
            Length("history", history ?? DefaultHistory), Length("ahead", ahead ?? DefaultAhead), Growth(growth), documents,
                metric);
    }

    private static TimeSpan Length(string name, string text)
    {
        TimeSpan? unit = text.Length < 2 ? null : text[^1] switch
        {
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            'w' => TimeSpan.FromDays(7),
            _ => null,
        };
        return unit is { } one
            && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count <= Longest / one
            && count * one is var length && length >= Shortest
            ? length
            : throw new FormatException($"{name} must be hours, days or weeks up to two years, such as 12h, 30d or 4w.");
    }

    private static double? Growth(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return double.TryParse(text.TrimEnd('x'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor)
            && factor is > 0 and <= 1_000_000
            ? factor
            : throw new FormatException("growth must be a positive factor, such as 3x.");
    }
}
