using System.Text.Json.Serialization;

namespace RagAspire.Capacity.History;

/// <summary>What makes a figure grow.</summary>
[JsonConverter(typeof(EnumWordConverter<GrowthDriver>))]
public enum GrowthDriver
{
    /// <summary>Neither; it grows by itself.</summary>
    Time,

    /// <summary>Requests of users.</summary>
    Requests,

    /// <summary>Stored documents.</summary>
    Documents,
}

[JsonConverter(typeof(EnumWordConverter<CapacityUnit>))]
public enum CapacityUnit
{
    Percent,
    Bytes,
    Seconds,
    Count,
    PerSecond,
    PerHour,
}

/// <summary>A figure of the system that is projected.</summary>
/// <param name="Name">Stable, such as <c>cpu</c>.</param>
/// <param name="Queries">PromQL, the best first; <c>$range</c> stands for the step. The next is asked when one gives
/// nothing.</param>
/// <param name="LimitQuery">PromQL of the limit, with the same labels; null when there is none.</param>
/// <param name="Subject">The labels that tell several series apart, such as a host and a mount point; null when there is one
/// series.</param>
public sealed record CapacityMetric(
    string Name,
    string Title,
    CapacityUnit Unit,
    GrowthDriver Driver,
    IReadOnlyList<string> Queries,
    string? LimitQuery = null,
    IReadOnlyList<string>? Subject = null)
{
    /// <summary>A limit that is known without a query.</summary>
    public double? FixedLimit { get; init; }
}
