using System.ComponentModel.DataAnnotations;

namespace RagAspire.Diagnosis.Memory;

/// <summary>Heap dumps of services whose managed memory is suspected; section <c>HeapDumps</c>.</summary>
public sealed class HeapDumpOptions
{
    public const string Section = "HeapDumps";

    /// <summary>A dump stops the process for as long as a full collection takes, so it is off unless it is asked for.</summary>
    public bool Enabled { get; set; }

    /// <summary>Where dumps are written; empty for <c>heap-dumps</c> in the data directory.</summary>
    public string Directory { get; set; } = "";

    /// <summary>How many dumps are kept of all services together.</summary>
    [Range(1, 100)]
    public int Keep { get; set; } = 4;

    /// <summary>A dump that would be larger is abandoned.</summary>
    [Range(1_000_000, 10_000_000_000)]
    public long MaxBytes { get; set; } = 500_000_000;

    /// <summary>The least time between two dumps of one service.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan Pause { get; set; } = TimeSpan.FromHours(6);

    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);
}
