using System.ComponentModel.DataAnnotations;

namespace RagAspire.Diagnosis.Jobs;

/// <summary>Thresholds of the diagnosis of background jobs; section <c>Diagnosis:Jobs</c>.</summary>
public sealed class JobDiagnosisOptions
{
    public const string Section = "Diagnosis:Jobs";

    /// <summary>The age of a worker's heartbeat from which it counts as lost. Workers report every 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>Jobs that may wait in one queue.</summary>
    [Range(0, 10_000_000)]
    public int QueueLength { get; set; } = 1_000;

    /// <summary>How long the oldest job may wait.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Waiting { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Failures of one kind of job in the examined time from which to report them.</summary>
    [Range(1, 1_000_000)]
    public int Failures { get; set; } = 3;
}
