using System.ComponentModel.DataAnnotations;

namespace RagAspire.Jobs;

/// <summary>How background jobs run; section <c>Jobs</c>.</summary>
public sealed class JobOptions
{
    public const string Section = "Jobs";

    /// <summary>
    /// Documents that one worker processes at once; small texts count as a part of one. Zero: as many as it has processors, at
    /// least two.
    /// </summary>
    [Range(0, 64)]
    public int Workers { get; set; }

    /// <summary>Maintenance tasks that one worker runs at once.</summary>
    [Range(1, 16)]
    public int MaintenanceWorkers { get; set; } = 2;

    /// <summary>How often a maintenance job that failed for a temporary reason is retried.</summary>
    [Range(0, 20)]
    public int Retries { get; set; } = 3;

    /// <summary>The pause before a retry, of a job or of a document.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a job stays with a worker that sends no heartbeat before another worker may take it.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "01:00:00")]
    public TimeSpan Invisibility { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long running jobs may go on when the worker stops.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan Shutdown { get; set; } = TimeSpan.FromSeconds(15);
}
