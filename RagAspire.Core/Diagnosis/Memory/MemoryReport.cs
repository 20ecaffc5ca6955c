namespace RagAspire.Diagnosis.Memory;

/// <summary>The verdict on one part of a process' memory over one window.</summary>
/// <param name="Part">working set, managed, large objects, native, handles or threads.</param>
/// <param name="Unit">bytes or count; rates are per hour.</param>
/// <param name="Window">How much of the history was judged.</param>
/// <param name="Query">Gives the values again: SQL or PromQL.</param>
public sealed record PartVerdict(string Part, string Unit, TimeSpan Window, MemoryVerdict Verdict, string Query);

/// <summary>One process, or one program or container with all its processes.</summary>
/// <param name="StartedAt">Null when it is not known.</param>
/// <param name="WorkingSet">The newest value, in bytes.</param>
/// <param name="Limit">Bytes at which it is ended or begins to evict; null without a limit.</param>
/// <param name="Trend">Growing when any part grows in any window; else the verdict on the working set.</param>
public sealed record ServiceMemory(
    string Service,
    string Instance,
    DateTimeOffset? StartedAt,
    DateTimeOffset LastSample,
    double WorkingSet,
    double? Limit,
    MemoryTrend Trend,
    IReadOnlyList<PartVerdict> Parts)
{
    /// <summary>The types that hold most of the managed heap, when a dump was taken on suspicion.</summary>
    public HeapSummary? Heap { get; init; }
}

/// <summary>The memory of every service whose figures are known.</summary>
/// <param name="Trend">The worst of the services.</param>
/// <param name="Unknown">Sources that could not be read, with the reason.</param>
public sealed record MemoryReport(
    DateTimeOffset At, MemoryTrend Trend, LeakRule Rule, IReadOnlyList<ServiceMemory> Services, IReadOnlyList<string> Unknown);

/// <summary>What a dump of a managed heap holds, largest first.</summary>
public sealed record HeapSummary(DateTimeOffset At, long Bytes, IReadOnlyList<HeapType> Types);

/// <summary>All objects of a type.</summary>
public sealed record HeapType(string Name, long Bytes, long Objects);
