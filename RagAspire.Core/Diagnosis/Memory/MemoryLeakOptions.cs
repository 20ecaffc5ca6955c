using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace RagAspire.Diagnosis.Memory;

[JsonConverter(typeof(EnumWordConverter<LeakRule>))]
public enum LeakRule
{
    /// <summary>Theil–Sen slope, Mann–Kendall significance and a rising floor, all three.</summary>
    Trend,

    /// <summary>The mean of the second half against that of the first.</summary>
    Halves,
}

/// <summary>How memory is judged; section <c>MemoryLeaks</c>.</summary>
public sealed class MemoryLeakOptions
{
    public const string Section = "MemoryLeaks";

    public LeakRule Rule { get; set; } = LeakRule.Trend;

    /// <summary>How much of the history the short verdict looks at: fast leaks.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "1.00:00:00")]
    public TimeSpan ShortWindow { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How much of the history the long verdict looks at: slow leaks.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "14.00:00:00")]
    public TimeSpan LongWindow { get; set; } = TimeSpan.FromDays(1);

    /// <summary>The time after the start of a process that is not judged: compilation, caches and pools fill.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan WarmUp { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The growth over a window, as a share of the level, below which memory is stable.</summary>
    [Range(0.001, 1)]
    public double LeastGrowth { get; set; } = .025;

    /// <summary>How often the verdicts of all services are renewed for the metrics.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(2);
}
