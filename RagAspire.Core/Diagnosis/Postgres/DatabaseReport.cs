namespace RagAspire.Diagnosis.Postgres;

/// <summary>The examination of the database.</summary>
/// <param name="TookMs">Milliseconds.</param>
/// <param name="Figures">Empty when the server cannot be asked.</param>
/// <param name="Statements">Those that took the most time in all; empty without <c>pg_stat_statements</c>.</param>
/// <param name="Log">Null where the server's log is not on this machine.</param>
/// <param name="Disks">The file systems of the cluster; empty where they are not on this machine.</param>
public sealed record DatabaseReport(
    DiagnosisStatus Status,
    DateTimeOffset At,
    double TookMs,
    DatabaseServer Server,
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<DatabaseFigure> Figures,
    IReadOnlyList<SlowStatement> Statements,
    DatabaseLog? Log,
    IReadOnlyList<DiskState> Disks)
{
    /// <summary>What could not be examined, and why; null where all was.</summary>
    public string? Unknown { get; init; }
}

/// <param name="Version">Null when the server cannot be asked.</param>
/// <param name="Cluster">The directory of the product's own cluster; null for another server.</param>
public sealed record DatabaseServer(string Host, int Port, string Database, string? Version, string? Cluster);

/// <summary>A value with the statement that gives it again.</summary>
public sealed record DatabaseFigure(string Name, string Value, string Query);

/// <summary>A statement of <c>pg_stat_statements</c>.</summary>
public sealed record SlowStatement(long Calls, double TotalMs, double MeanMs, string Query);

/// <summary>The last lines of the server's log.</summary>
public sealed record DatabaseLog(string File, IReadOnlyList<string> Lines);
