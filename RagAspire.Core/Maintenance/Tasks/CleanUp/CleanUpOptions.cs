using System.ComponentModel.DataAnnotations;

namespace RagAspire.Maintenance.Tasks.CleanUp;

/// <summary>Retention of files, job records and caches; section <c>Maintenance:CleanUp</c>.</summary>
public sealed class CleanUpOptions
{
    public const string Section = "Maintenance:CleanUp";

    /// <summary>Folders with RagAspire's log files. Default: <c>logs</c> in the data directory (<c>RAGASPIRE_DATA</c>).</summary>
    public IList<string> LogFolders { get; } = [];

    /// <summary>Days that log files are kept.</summary>
    [Range(1, 3_650)]
    public int LogDays { get; set; } = 7;

    /// <summary>The age from which RagAspire's temporary files are removed.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan TemporaryFileAge { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Days that failed jobs stay in Hangfire's tables.</summary>
    [Range(1, 3_650)]
    public int JobDays { get; set; } = 30;

    /// <summary>Days that the tokens and the cost of models stay in the database.</summary>
    [Range(62, 36_500)]
    public int UsageDays { get; set; } = 400;

    /// <summary>Days that deliveries to webhooks are kept after their end.</summary>
    [Range(1, 3_650)]
    public int WebhookDays { get; set; } = 14;

    /// <summary>Days that it stays known which files came in one request.</summary>
    [Range(1, 3_650)]
    public int BatchDays { get; set; } = 90;

    /// <summary>
    /// The socket of the container engine, such as <c>/var/run/docker.sock</c>, where unused containers and images of the
    /// deployment are to be removed; null for none. It gives the worker the rights of the engine.
    /// </summary>
    public string? ContainerSocket { get; set; }

    /// <summary>The age from which unused containers, images and networks are removed.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan ContainerAge { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Bytes that RagAspire's caches may take in Redis.</summary>
    [Range(0, long.MaxValue)]
    public long CacheBytes { get; set; } = 512L << 20;
}
