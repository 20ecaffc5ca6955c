using System.ComponentModel.DataAnnotations;

namespace RagAspire.Diagnosis.Operations;

/// <summary>Thresholds of the diagnosis of backups; section <c>Diagnosis:Operations</c>.</summary>
public sealed class OperationDiagnosisOptions
{
    public const string Section = "Diagnosis:Operations";

    /// <summary>The age of the newest good backup.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "366.00:00:00")]
    public TimeSpan BackupAge { get; set; } = TimeSpan.FromHours(50);

    /// <summary>How old an installation with documents may be without a backup.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "366.00:00:00")]
    public TimeSpan FirstBackup { get; set; } = TimeSpan.FromHours(26);
}
