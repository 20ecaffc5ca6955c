using System.ComponentModel.DataAnnotations;

namespace RagAspire.Answers;

/// <summary>When a session counts as over; section <c>Sessions</c>.</summary>
public sealed class SessionOptions
{
    public const string Section = "Sessions";

    /// <summary>The time without a question after which a session is over.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Quiet { get; set; } = TimeSpan.FromMinutes(30);
}
