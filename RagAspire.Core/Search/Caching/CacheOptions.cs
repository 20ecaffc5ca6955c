using System.ComponentModel.DataAnnotations;

namespace RagAspire.Search.Caching;

/// <summary>What is kept in Redis; section <c>Cache</c>.</summary>
public sealed class CacheOptions
{
    public const string Section = "Cache";

    public bool Enabled { get; set; } = true;

    /// <summary>Seconds that a result is kept.</summary>
    [Range(1, 86_400)]
    public int LifetimeSeconds { get; set; } = 600;

    /// <summary>Milliseconds that a look-up may take before it counts as a miss.</summary>
    [Range(1, 10_000)]
    public int PatienceMilliseconds { get; set; } = 150;

    internal TimeSpan Lifetime => TimeSpan.FromSeconds(LifetimeSeconds);

    internal TimeSpan Patience => TimeSpan.FromMilliseconds(PatienceMilliseconds);
}
