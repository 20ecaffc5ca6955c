using System.ComponentModel.DataAnnotations;

namespace RagAspire.Capacity;

/// <summary>The thresholds of recommendations, and what a replica of the system is expected to do; section
/// <c>Capacity</c>.</summary>
public sealed class CapacityOptions
{
    public const string Section = "Capacity";

    /// <summary>Projected CPU usage, in percent, above which more CPU is recommended.</summary>
    [Range(1, 100)]
    public double CpuPercent { get; set; } = 80;

    /// <summary>Projected CPU usage, in percent, above which that is urgent.</summary>
    [Range(1, 100)]
    public double CpuUrgentPercent { get; set; } = 90;

    /// <summary>Projected memory usage, in percent, above which more memory is recommended.</summary>
    [Range(1, 100)]
    public double MemoryPercent { get; set; } = 85;

    /// <summary>Projected memory usage, in percent, above which that is urgent.</summary>
    [Range(1, 100)]
    public double MemoryUrgentPercent { get; set; } = 95;

    /// <summary>Projected growth of the request rate, in percent, above which replicas are recommended.</summary>
    [Range(1, 10_000)]
    public double RequestGrowthPercent { get; set; } = 50;

    /// <summary>Projected growth of the response time, in percent, above which work on it is recommended.</summary>
    [Range(1, 10_000)]
    public double ResponseTimeGrowthPercent { get; set; } = 25;

    /// <summary>Projected share of any other limit (a disk, connections, vector memory), in percent, above which more is
    /// recommended.</summary>
    [Range(1, 100)]
    public double LimitPercent { get; set; } = 80;

    /// <summary>A limit that may be crossed within this time is urgent.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan Urgent { get; set; } = TimeSpan.FromDays(14);

    /// <summary>The memory that the vector index may use, in bytes; 0 for that of the API's container or machine.</summary>
    [Range(0, long.MaxValue)]
    public long VectorMemoryLimit { get; set; }

    /// <summary>The response time that 95 % of the requests must meet when the capacity of a replica is measured.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan ResponseTimeGoal { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How far the replicas may be loaded, in percent of the measured capacity.</summary>
    [Range(1, 100)]
    public double ReplicaLoadPercent { get; set; } = 70;

    /// <summary>How long all queries of one plan may take.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);
}
