using System.ComponentModel.DataAnnotations;

namespace RagAspire.Maintenance.Tasks.Database;

/// <summary>Limits of the database's upkeep; section <c>Maintenance:Database</c>.</summary>
public sealed class DatabaseOptions
{
    public const string Section = "Maintenance:Database";

    /// <summary>The share of dead rows from which a table is vacuumed.</summary>
    [Range(0.0, 1.0)]
    public double DeadShare { get; set; } = 0.1;

    /// <summary>Dead rows below which a table is left alone, whatever their share.</summary>
    [Range(0, 1_000_000_000)]
    public long DeadRows { get; set; } = 1_000;

    /// <summary>The share of unused room from which rows at a table's end are moved to the front.</summary>
    [Range(0.05, 1.0)]
    public double TableBloat { get; set; } = 0.4;

    /// <summary>Bytes below which a table is not worth that.</summary>
    [Range(0, long.MaxValue)]
    public long TableBytes { get; set; } = 8 << 20;

    /// <summary>The share of unused room from which an index is built anew.</summary>
    [Range(0.05, 1.0)]
    public double IndexBloat { get; set; } = 0.5;

    /// <summary>Bytes below which an index is not worth that.</summary>
    [Range(0, long.MaxValue)]
    public long IndexBytes { get; set; } = 1 << 20;

    /// <summary>Days that the audit log is kept.</summary>
    [Range(1, 36_500)]
    public int AuditDays { get; set; } = 30;

    /// <summary>Days that searches, answers and old changes of the index are kept.</summary>
    [Range(7, 36_500)]
    public int HistoryDays { get; set; } = 90;

    /// <summary>Days that contents of versions stay that nobody can search or retry any more.</summary>
    [Range(1, 36_500)]
    public int OldVersionDays { get; set; } = 1;

    /// <summary>Rows that one transaction deletes at most, however idle the database is.</summary>
    [Range(50, 1_000_000)]
    public int BatchRows { get; set; } = 20_000;

    /// <summary>Milliseconds that a statement waits for a lock before it leaves the table alone.</summary>
    [Range(10, 600_000)]
    public int LockMilliseconds { get; set; } = 2_000;

    /// <summary>Seconds that one statement may take: a VACUUM or REINDEX of one table.</summary>
    [Range(1, 86_400)]
    public int StatementSeconds { get; set; } = 3_600;

    /// <summary>Milliseconds that VACUUM rests each time its share of reading and writing is used up; 0 for full speed.</summary>
    [Range(0, 100)]
    public int VacuumDelayMilliseconds { get; set; } = 2;

    /// <summary>Seconds from which a transaction is reported as long.</summary>
    [Range(1, 86_400)]
    public int LongTransactionSeconds { get; set; } = 300;

    /// <summary>The share of a limit (connections, transaction ids) from which it is warned of.</summary>
    [Range(0.1, 1.0)]
    public double WarnShare { get; set; } = 0.8;
}
