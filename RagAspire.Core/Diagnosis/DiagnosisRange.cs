using System.Globalization;

namespace RagAspire.Diagnosis;

/// <summary>How far a diagnosis looks back, as people write it: <c>30m</c>, <c>1h</c>, <c>2d</c>.</summary>
public static class DiagnosisRange
{
    public const string Rule = "The range is a number with s, m, h or d, such as 30m, between 1m and 7d.";

    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public static bool TryParse(string? text, out TimeSpan range)
    {
        range = default;
        if (text is not { Length: > 1 and < 10 }
            || !double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        var seconds = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        range = TimeSpan.FromSeconds(number * seconds);
        return range >= Shortest && range <= Longest;
    }
}
