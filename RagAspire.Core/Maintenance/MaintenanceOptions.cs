using System.ComponentModel.DataAnnotations;
using RagAspire.Maintenance.Scheduling;

namespace RagAspire.Maintenance;

/// <summary>How runs are watched; section <c>Maintenance</c>. The schedule is beside it, in <see cref="Schedule"/>.</summary>
public sealed class MaintenanceOptions
{
    /// <summary>Seconds between two signs of life of a run, which also tell its progress and hear that it is to stop.</summary>
    [Range(0.1, 60.0)]
    public double HeartbeatSeconds { get; set; } = 1;

    /// <summary>Seconds without a sign of life after which a run counts as interrupted.</summary>
    [Range(1, 3600)]
    public int SilenceSeconds { get; set; } = 20;

    /// <summary>Seconds until a run that failed is tried again; each further try waits five times as long.</summary>
    [Range(0, 3600)]
    public int RetryDelaySeconds { get; set; } = 60;

    /// <summary>Days that finished runs are kept, except each task's last ones.</summary>
    [Range(1, 3650)]
    public int KeepRunsDays { get; set; } = 90;

    internal TimeSpan Heartbeat => TimeSpan.FromSeconds(HeartbeatSeconds);

    internal TimeSpan Silence => TimeSpan.FromSeconds(SilenceSeconds);

    internal TimeSpan DelayAfter(int attempt) => TimeSpan.FromSeconds(RetryDelaySeconds * Math.Pow(5, attempt - 1));
}
