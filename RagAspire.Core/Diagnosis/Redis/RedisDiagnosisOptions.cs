using System.ComponentModel.DataAnnotations;

namespace RagAspire.Diagnosis.Redis;

/// <summary>Thresholds of the diagnosis of Redis; section <c>Diagnosis:Redis</c>.</summary>
public sealed class RedisDiagnosisOptions
{
    public const string Section = "Diagnosis:Redis";

    /// <summary>How long connecting, and each command, may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:30")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>The share of <c>maxmemory</c> that is used.</summary>
    [Range(0.01, 1.0)]
    public double MemoryShare { get; set; } = 0.9;

    /// <summary>Evicted keys in an hour of the window.</summary>
    [Range(0.0, 1e9)]
    public double EvictionsPerHour { get; set; } = 1_000;

    /// <summary>The share of <c>maxclients</c> that is connected.</summary>
    [Range(0.0, 1.0)]
    public double ClientShare { get; set; } = 0.8;

    /// <summary>Commands of the slow log that took longer are reported.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan SlowCommand { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a PING may take, as the median of several.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(50);
}
