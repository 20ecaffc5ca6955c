using System.ComponentModel.DataAnnotations;

namespace RagAspire.Maintenance.Tasks.Database;

/// <summary>Limits and retention of database maintenance; section <c>Maintenance:Database</c>.</summary>
public sealed class DatabaseOptions
{
    public const string Section = "Maintenance:Database";

    /// <summary>The share of dead rows from which a table is vacuumed.</summary>
    [Range(0.0, 1.0)]
    public double DeadShare { get; set; } = 0.1;

    /// <summary>Tables with fewer dead rows are not vacuumed, whatever the share.</summary>
    [Range(0, 1_000_000_000)]
    public long DeadRows { get; set; } = 1_000;

    /// <summary>The share of free space from which a table is shrunk.</summary>
    [Range(0.05, 1.0)]
    public double TableBloat { get; set; } = 0.4;

    /// <summary>Smaller tables, in bytes, are not shrunk.</summary>
    [Range(0, long.MaxValue)]
    public long TableBytes { get; set; } = 8 << 20;

    /// <summary>The share of free space from which an index is rebuilt.</summary>
    [Range(0.05, 1.0)]
    public double IndexBloat { get; set; } = 0.5;

    /// <summary>Smaller indexes, in bytes, are not rebuilt for their bloat.</summary>
    [Range(0, long.MaxValue)]
    public long IndexBytes { get; set; } = 1 << 20;

    /// <summary>Days that the audit log is kept.</summary>
    [Range(1, 36_500)]
    public int AuditDays { get; set; } = 30;

    /// <summary>Days that searches, answers and old changes of the index are kept.</summary>
    [Range(7, 36_500)]
    public int HistoryDays { get; set; } = 90;

    /// <summary>Days that the content of versions is kept that can be neither searched nor retried.</summary>
    [Range(1, 36_500)]
    public int OldVersionDays { get; set; } = 1;

    /// <summary>The largest number of rows that one transaction deletes.</summary>
    [Range(50, 1_000_000)]
    public int BatchRows { get; set; } = 20_000;

    /// <summary>How long a statement waits for a lock before the table is left for the next run.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one statement may take: a VACUUM or REINDEX of one table.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>PostgreSQL's <c>vacuum_cost_delay</c>, in whole milliseconds; 0 for VACUUM at full speed.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:00.100")]
    public TimeSpan VacuumDelay { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>The age from which an open transaction is reported.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LongTransaction { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The share of a limit (connections, transaction ids) from which the report warns.</summary>
    [Range(0.1, 1.0)]
    public double WarnShare { get; set; } = 0.8;
}
