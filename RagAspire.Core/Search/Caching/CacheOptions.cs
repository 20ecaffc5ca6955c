using System.ComponentModel.DataAnnotations;

namespace RagAspire.Search.Caching;

/// <summary>Caching of search results and answers in Redis and in the process; section <c>Cache</c>.</summary>
public sealed class CacheOptions
{
    public const string Section = "Cache";

    public bool Enabled { get; set; } = true;

    /// <summary>How long the result of a search is kept.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan SearchLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long an answer is kept.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan AnswerLifetime { get; set; } = TimeSpan.FromHours(2);

    /// <summary>How long the vector of a query is kept.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan EmbeddingLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a search waits for another one, of any process, that computes the same result or vector.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Wait { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a question waits for an equal one, of any process, that is being answered.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:30:00")]
    public TimeSpan AnswerWait { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Memory for the results that a process serves again and again, in MiB; 0 to fetch each from Redis.</summary>
    [Range(0, 4096)]
    public int LocalMegabytes { get; set; } = 64;

    /// <summary>How long a lookup may take before it counts as a miss.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromMilliseconds(150);
}
