using System.ComponentModel.DataAnnotations;

namespace RagAspire.Maintenance.Tasks.CleanUp;

/// <summary>What is cleaned up; section <c>Maintenance:CleanUp</c>.</summary>
public sealed class CleanUpOptions
{
    public const string Section = "Maintenance:CleanUp";

    /// <summary>Folders with our own log files; without any, <c>logs</c> in the data directory (<c>RAGASPIRE_DATA</c>).</summary>
    public IList<string> LogFolders { get; } = [];

    /// <summary>Days that log files are kept.</summary>
    [Range(1, 3_650)]
    public int LogDays { get; set; } = 7;

    /// <summary>Hours that temporary files of ours may be old.</summary>
    [Range(1, 8_760)]
    public int TemporaryHours { get; set; } = 24;

    /// <summary>Days that jobs that failed for good stay in the job tables.</summary>
    [Range(1, 3_650)]
    public int JobDays { get; set; } = 30;

    /// <summary>Bytes that our caches may take in Redis.</summary>
    [Range(0, long.MaxValue)]
    public long CacheBytes { get; set; } = 512L << 20;

    /// <summary>Removes stopped containers that <see cref="ContainerFilter"/> names.</summary>
    public bool UnusedContainers { get; set; }

    /// <summary>Removes unused volumes that <see cref="ContainerFilter"/> names, and what is in them.</summary>
    public bool UnusedVolumes { get; set; }

    /// <summary>A filter of the container runtime, so that nobody else's are touched.</summary>
    [Required]
    [RegularExpression("^(label|label!|until)=.+$")]
    public string ContainerFilter { get; set; } = "label=ragaspire";
}
