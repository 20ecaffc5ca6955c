using System.ComponentModel.DataAnnotations;
using RagAspire.Maintenance.Scheduling;

namespace RagAspire.Maintenance.Runs;

/// <summary>Heartbeats, retries and retention of runs; section <c>Maintenance</c>, beside the <see cref="Schedule"/>.</summary>
public sealed class RunOptions
{
    public const string Section = Schedule.Section;

    /// <summary>The interval at which a run stores its progress and learns that it was cancelled.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The age of the last heartbeat after which a run counts as interrupted.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan HeartbeatTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The delay of the first retry of a failed run; each further retry waits five times as long.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Days that finished runs are kept; the last runs of each task are kept for ever.</summary>
    [Range(1, 3650)]
    public int KeepRunsDays { get; set; } = 90;

    internal TimeSpan DelayAfter(int attempt) => RetryDelay * Math.Pow(5, attempt - 1);
}
