using System.ComponentModel.DataAnnotations;

namespace RagAspire.Diagnosis.Causes;

/// <summary>From when on requests are slow, and which changes count; section <c>Diagnosis:Causes</c>.</summary>
public sealed class CauseOptions
{
    public const string Section = "Diagnosis:Causes";

    /// <summary>How often this process' own meters are read.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan Step { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The end of the range, which counts as now.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Recent { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The range over which Prometheus computes rates: at least four scrapes.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "01:00:00")]
    public TimeSpan RateRange { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>p95 of answers.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan SlowAnswer { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>p95 of searches.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan SlowSearch { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>p95 of a route whose requests wait for no model.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan SlowRequest { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The age of the longest waiting document.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan SlowIngestion { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The share of the time of a flow from which on a stage is its bottleneck.</summary>
    [Range(1, 100)]
    public double BottleneckPercent { get; set; } = 50;

    /// <summary>Requests of one second from which on a key or a route can be too much.</summary>
    [Range(0.1, 1e6)]
    public double FloodPerSecond { get; set; } = 5;

    /// <summary>How many times the level before counts as a jump.</summary>
    [Range(1.1, 1000)]
    public double Jump { get; set; } = 3;

    /// <summary>Responses with an error of the server.</summary>
    [Range(0.1, 100)]
    public double ErrorPercent { get; set; } = 5;
}
