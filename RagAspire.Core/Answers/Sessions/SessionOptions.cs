using System.ComponentModel.DataAnnotations;

namespace RagAspire.Answers.Sessions;

/// <summary>When a session counts as over, and how many may begin; section <c>Sessions</c>.</summary>
public sealed class SessionOptions
{
    public const string Section = "Sessions";

    /// <summary>The time without a question, or a search, after which a session is over.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Quiet { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Average rate of sessions that one key begins, of all processes together. A question without a session begins one.
    /// </summary>
    [Range(1, 100_000)]
    public int PerSecondAndKey { get; set; } = 20;

    /// <summary>Sessions that one key may begin at once.</summary>
    [Range(1, 100_000)]
    public int BurstPerKey { get; set; } = 200;
}
