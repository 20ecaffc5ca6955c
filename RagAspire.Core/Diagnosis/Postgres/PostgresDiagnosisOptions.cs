using System.ComponentModel.DataAnnotations;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>Thresholds of the diagnosis of PostgreSQL; section <c>Diagnosis:Postgres</c>.</summary>
public sealed class PostgresDiagnosisOptions
{
    public const string Section = "Diagnosis:Postgres";

    /// <summary>How long connecting, and each statement, may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:30")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the application's pool may take to hand out a connection.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:10")]
    public TimeSpan PoolTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The only directory in which the server's programs are searched; null for the PATH and the usual directories.
    /// </summary>
    public string? ServerDirectory { get; set; }

    /// <summary>The oldest major version that is supported.</summary>
    [Range(13, 99)]
    public int MinimumVersion { get; set; } = 13;

    /// <summary>The share of used connections from which to warn; nine tenths of the rest later it is critical.</summary>
    [Range(0.01, 1.0)]
    public double ConnectionShare { get; set; } = 0.8;

    /// <summary>The age of a session that is idle in its transaction.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan IdleInTransaction { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The age of an active transaction. Dumps are exempt.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan LongTransaction { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a session may wait for a lock.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan LockWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a commit may wait for a synchronous standby that follows.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan CommitWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The share of blocks from the buffer cache below which to warn.</summary>
    [Range(0.0, 1.0)]
    public double CacheHitShare { get; set; } = 0.9;

    /// <summary>Blocks that must have been read in the window before the share of cache hits is judged.</summary>
    [Range(1, long.MaxValue)]
    public long CacheSample { get; set; } = 5_000_000;

    /// <summary>Deadlocks in an hour of the window.</summary>
    [Range(0.0, 1_000_000.0)]
    public double DeadlocksPerHour { get; set; } = 3;

    /// <summary>The share of dead rows in a table.</summary>
    [Range(0.01, 1.0)]
    public double DeadShare { get; set; } = 0.3;

    /// <summary>Tables with fewer dead or changed rows are not judged.</summary>
    [Range(1, long.MaxValue)]
    public long TableRows { get; set; } = 10_000;

    /// <summary>How long the last vacuum or analyze of a table with many dead or changed rows may be ago.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan VacuumDelay { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>The share of rows that changed since the last analyze.</summary>
    [Range(0.01, 100.0)]
    public double StaleShare { get; set; } = 0.5;

    /// <summary>The share of transaction ids that is used before the wraparound.</summary>
    [Range(0.0, 1.0)]
    public double TransactionIdShare { get; set; } = 0.25;

    /// <summary>The share of checkpoints that were forced by the amount of WAL.</summary>
    [Range(0.0, 1.0)]
    public double RequestedCheckpoints { get; set; } = 0.5;

    /// <summary>Checkpoints that must have happened in the window before their share is judged.</summary>
    [Range(1, 1_000_000)]
    public int CheckpointSample { get; set; } = 10;

    /// <summary>WAL in bytes that a replica, or a slot, may be behind.</summary>
    [Range(0, long.MaxValue)]
    public long ReplicationBytes { get; set; } = 512L << 20;

    /// <summary>The size of the WAL as a multiple of <c>max_wal_size</c>.</summary>
    [Range(0.0, 1000.0)]
    public double WalFactor { get; set; } = 3;

    /// <summary>The mean time of a statement in <c>pg_stat_statements</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan SlowStatement { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Calls that a statement must have had before its mean time is judged.</summary>
    [Range(1, 1_000_000)]
    public int StatementCalls { get; set; } = 20;

    /// <summary>The free share of the disk that holds the cluster below which it counts as full.</summary>
    [Range(0.0, 0.5)]
    public double FreeShare { get; set; } = 0.02;

    /// <summary>The free bytes of that disk below which it counts as full.</summary>
    [Range(0, long.MaxValue)]
    public long FreeBytes { get; set; } = 128L << 20;

    /// <summary>A growth that fills that disk within this time is found.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "365.00:00:00")]
    public TimeSpan DiskFullWithin { get; set; } = TimeSpan.FromHours(12);

    /// <summary>How long the database doctor may read indexes to find damage; 0 for not at all.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan IndexCheck { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Larger indexes, in bytes, are not read by the database doctor.</summary>
    [Range(0, long.MaxValue)]
    public long IndexCheckBytes { get; set; } = 256L << 20;
}
