using System.Text.Json.Serialization;

namespace RagAspire.Diagnosis.Memory;

/// <summary>The direction of a memory series.</summary>
[JsonConverter(typeof(EnumWordConverter<MemoryTrend>))]
public enum MemoryTrend
{
    [JsonStringEnumMemberName("insufficient data")]
    InsufficientData,
    Stable,
    Growing,
    Shrinking,
}

/// <summary>One measurement: bytes, or a number of handles or threads.</summary>
public readonly record struct MemoryPoint(DateTimeOffset At, double Value);

/// <summary>What the service had to do or to hold at each point, such as its requests per second or the chunks in its
/// index.</summary>
/// <param name="Values">One for each point of the series; NaN where it is not known.</param>
public sealed record MemoryLoad(string Name, IReadOnlyList<double> Values);

/// <summary>A memory series of one process or container, oldest point first.</summary>
/// <param name="StartedAt">The start of the process; null when it is not known. Older points are of another process.</param>
/// <param name="Limit">Bytes at which the process is ended; null without a limit.</param>
public sealed record MemorySeries(IReadOnlyList<MemoryPoint> Points, DateTimeOffset? StartedAt = null, double? Limit = null)
{
    public IReadOnlyList<MemoryLoad> Loads { get; init; } = [];
}

/// <summary>When memory reaches its limit if it goes on like this.</summary>
/// <param name="Early">At the upper end of the rate's 95 % interval.</param>
/// <param name="Likely">At the rate itself.</param>
/// <param name="Late">At the lower end of the interval; null when that end is no growth.</param>
public sealed record TimeToLimit(TimeSpan Early, TimeSpan Likely, TimeSpan? Late);

/// <summary>The judgement on a memory series.</summary>
/// <param name="Reason">Why, with the numbers.</param>
/// <param name="Samples">How many points were judged, without those of the warm-up.</param>
/// <param name="Level">The median of the last eighth.</param>
/// <param name="PerHour">The rate of change, without the part that load explains.</param>
/// <param name="Low">The lower end of the rate's 95 % interval.</param>
/// <param name="High">The upper end of the rate's 95 % interval.</param>
/// <param name="Confidence">From 0 to 1, that the trend is what it is said to be; null without a verdict.</param>
/// <param name="ExplainedPerHour">The growth that was removed because load explains it, per hour.</param>
public sealed record MemoryVerdict(
    MemoryTrend Trend,
    string Reason,
    int Samples,
    double? Level = null,
    double? PerHour = null,
    double? Low = null,
    double? High = null,
    double? Confidence = null,
    double ExplainedPerHour = 0,
    TimeToLimit? ToLimit = null);
