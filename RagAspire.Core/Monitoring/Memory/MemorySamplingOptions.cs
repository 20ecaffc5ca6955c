using System.ComponentModel.DataAnnotations;

namespace RagAspire.Monitoring.Memory;

/// <summary>How the memory of the system's processes is sampled; section <c>MemorySampling</c>.</summary>
public sealed class MemorySamplingOptions
{
    public const string Section = "MemorySampling";

    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long samples are kept.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "30.00:00:00")]
    public TimeSpan Keep { get; set; } = TimeSpan.FromDays(3);

    /// <summary>Names of further programs that the worker samples where they run on its host.</summary>
    public IList<string> Processes { get; } = ["ollama", "qdrant"];
}
