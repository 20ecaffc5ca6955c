using System.ComponentModel.DataAnnotations;

namespace RagAspire.Documents.Leases;

/// <summary>How workers lease documents; section <c>Leases</c>.</summary>
public sealed class LeaseOptions
{
    public const string Section = "Leases";

    /// <summary>How long a lease lasts without a heartbeat. The holder sends three heartbeats in that time.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Duration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often processing may begin before the document counts as failed.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 5;
}
