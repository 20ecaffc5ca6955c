using System.ComponentModel.DataAnnotations;

namespace RagAspire.Diagnosis.Models;

/// <summary>Thresholds of the diagnosis of the models; section <c>Diagnosis:Models</c>.</summary>
public sealed class ModelDiagnosisOptions
{
    public const string Section = "Diagnosis:Models";

    /// <summary>How long a request about the models may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:30")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Requests that may be at the model servers at once.</summary>
    [Range(1, 100_000)]
    public int Queue { get; set; } = 8;

    /// <summary>Tokens in a second that an answer should be written with.</summary>
    [Range(0.0, 100_000.0)]
    public double TokensPerSecond { get; set; } = 3;

    /// <summary>After an answer of the model it must stay in memory for so long.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan KeptAfterAnswer { get; set; } = TimeSpan.FromMinutes(2);
}
