using System.ComponentModel.DataAnnotations;

namespace RagAspire.Diagnosis;

/// <summary>How long a diagnosis may take and how far it looks back; section <c>Diagnosis</c>.</summary>
public sealed class DiagnosisOptions
{
    public const string Section = "Diagnosis";

    /// <summary>The time limit of one probe. A probe that is not done by then is unknown.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan ProbeLimit { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>The time limit of a whole diagnosis.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Limit { get; set; } = TimeSpan.FromSeconds(4.5);

    /// <summary>The time range that is examined when none is asked for.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often the API reads what is compared with an earlier reading: counters, and the sizes of tables.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ReadingInterval { get; set; } = TimeSpan.FromMinutes(10);
}
