using System.ComponentModel.DataAnnotations;

namespace RagAspire.Jobs;

/// <summary>How background jobs run; section <c>Jobs</c>.</summary>
public sealed class JobOptions
{
    public const string Section = "Jobs";

    /// <summary>Documents that one worker processes at once. Zero: as many as it has processors, at least two.</summary>
    [Range(0, 64)]
    public int Workers { get; set; }

    /// <summary>Maintenance tasks that one worker runs at once.</summary>
    [Range(1, 16)]
    public int MaintenanceWorkers { get; set; } = 2;

    /// <summary>Further tries of a job that failed for a reason that may pass.</summary>
    [Range(0, 20)]
    public int Retries { get; set; } = 3;

    /// <summary>Seconds between two tries.</summary>
    [Range(1, 3600)]
    public int RetryDelaySeconds { get; set; } = 60;

    /// <summary>Seconds after which a job whose worker fell silent may be taken by another one.</summary>
    [Range(10, 3600)]
    public int InvisibilitySeconds { get; set; } = 120;

    /// <summary>Seconds that running jobs get to end when the worker stops.</summary>
    [Range(1, 300)]
    public int ShutdownSeconds { get; set; } = 15;
}
