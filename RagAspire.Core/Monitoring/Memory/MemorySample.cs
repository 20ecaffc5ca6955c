namespace RagAspire.Monitoring.Memory;

/// <summary>The memory of a process at one time, in bytes. What cannot be had is null.</summary>
/// <param name="Service">Such as <c>ragaspire-api</c> or <c>postgresql</c>.</param>
/// <param name="Instance">Distinguishes several processes of one service.</param>
/// <param name="StartedAt">A new start begins a new series.</param>
public sealed record MemorySample(string Service, string Instance, DateTimeOffset At, DateTimeOffset? StartedAt, long WorkingSet)
{
    /// <summary>The managed heap after the last full collection.</summary>
    public long? Managed { get; init; }

    /// <summary>The large object heap after the last full collection.</summary>
    public long? LargeObjects { get; init; }

    /// <summary>The part of the working set that the managed heap does not have.</summary>
    public long? Native { get; init; }

    /// <summary>Seconds of processor time since the start; not stored.</summary>
    public double? Processor { get; init; }

    public int? Handles { get; init; }

    public int? Threads { get; init; }

    /// <summary>The size at which the process is ended or begins to evict.</summary>
    public long? Limit { get; init; }

    /// <summary>Requests per second since the sample before.</summary>
    public double? Requests { get; init; }

    /// <summary>Chunks in the index of the process.</summary>
    public long? Chunks { get; init; }
}
