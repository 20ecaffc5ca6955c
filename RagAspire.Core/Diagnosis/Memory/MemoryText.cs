using System.Globalization;

namespace RagAspire.Diagnosis.Memory;

/// <summary>Writes sizes, rates and times for people.</summary>
public static class MemoryText
{
    public static string Bytes(double bytes) => Math.Abs(bytes) switch
    {
        >= 1e9 => Invariant($"{bytes / 1e9:0.00} GB"),
        >= 1e6 => Invariant($"{bytes / 1e6:0.0} MB"),
        >= 1e3 => Invariant($"{bytes / 1e3:0.0} kB"),
        _ => Invariant($"{bytes:0} B"),
    };

    public static string Trend(MemoryTrend trend) => trend == MemoryTrend.InsufficientData ? "insufficient data" : trend.Word();

    /// <summary>The value of a part, in its unit.</summary>
    public static string Value(string unit, double value) => unit == "bytes" ? Bytes(value) : Invariant($"{value:0.#}");

    /// <summary>The rate with its interval.</summary>
    public static string Rate(PartVerdict part)
    {
        ArgumentNullException.ThrowIfNull(part);
        var verdict = part.Verdict;
        return verdict.PerHour is not { } rate
            ? "–"
            : $"{Value(part.Unit, rate)}/h ({Value(part.Unit, verdict.Low ?? rate)} to {Value(part.Unit, verdict.High ?? rate)})";
    }

    public static string Span(TimeSpan span) => span switch
    {
        { TotalDays: >= 2 } => Invariant($"{span.TotalDays:0.#} days"),
        { TotalHours: >= 2 } => Invariant($"{span.TotalHours:0.#} hours"),
        _ => Invariant($"{span.TotalMinutes:0} minutes"),
    };

    public static string Interval(TimeToLimit toLimit)
    {
        ArgumentNullException.ThrowIfNull(toLimit);
        return $"{Span(toLimit.Early)} to {(toLimit.Late is { } late ? Span(late) : "never")}";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
