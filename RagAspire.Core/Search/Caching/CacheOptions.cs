using System.ComponentModel.DataAnnotations;

namespace RagAspire.Search.Caching;

/// <summary>Caching of search results and answers in Redis; section <c>Cache</c>.</summary>
public sealed class CacheOptions
{
    public const string Section = "Cache";

    public bool Enabled { get; set; } = true;

    /// <summary>How long a result is kept.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a lookup may take before it counts as a miss.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromMilliseconds(150);
}
