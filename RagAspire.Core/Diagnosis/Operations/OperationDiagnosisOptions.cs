using System.ComponentModel.DataAnnotations;

namespace RagAspire.Diagnosis.Operations;

/// <summary>Thresholds of the diagnosis of caches and backups; section <c>Diagnosis:Operations</c>.</summary>
public sealed class OperationDiagnosisOptions
{
    public const string Section = "Diagnosis:Operations";

    /// <summary>The age of the newest good backup.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "366.00:00:00")]
    public TimeSpan BackupAge { get; set; } = TimeSpan.FromHours(50);

    /// <summary>How old an installation with documents may be without a backup.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "366.00:00:00")]
    public TimeSpan FirstBackup { get; set; } = TimeSpan.FromHours(26);

    /// <summary>The share of cache requests that are hits.</summary>
    [Range(0.0, 1.0)]
    public double CacheHitShare { get; set; } = 0.02;

    /// <summary>Cache requests that must have been made before their share is judged.</summary>
    [Range(1, long.MaxValue)]
    public long CacheSample { get; set; } = 2_000;
}
