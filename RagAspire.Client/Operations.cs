using System.Text.Json;

namespace RagAspire.Client;

/// <summary>The answer of <c>/ready</c> or <c>/health</c>.</summary>
/// <param name="Status">ready, degraded, unready, stopping; or healthy, unhealthy.</param>
/// <param name="Components">"healthy", or "unhealthy" with the reason for a caller with a key.</param>
public sealed record HealthReport(
    string Status, DateTimeOffset Timestamp, string Version, IReadOnlyDictionary<string, string> Components);

/// <summary>What waits for the workers.</summary>
/// <param name="Pending">Documents that wait for processing.</param>
/// <param name="Processing">Documents that are processed.</param>
/// <param name="Failed">Documents that wait for a retry or a new version.</param>
/// <param name="OldestSeconds">Since the oldest pending or processed document was uploaded; 0 when there is none.</param>
/// <param name="QueuedRuns">Maintenance runs that wait.</param>
/// <param name="RunningRuns">Maintenance runs that go on.</param>
public sealed record QueueSummary(
    long Pending, long Processing, long Failed, double OldestSeconds, int QueuedRuns, int RunningRuns);

/// <summary>An alert that Alertmanager has delivered.</summary>
/// <param name="Status">firing or resolved.</param>
public sealed record AlertRecord(
    long Id,
    string Status,
    string Name,
    string? Severity,
    DateTimeOffset StartsAt,
    DateTimeOffset? EndsAt,
    JsonElement Labels,
    JsonElement Annotations);

/// <summary>A task with its schedule and its last run.</summary>
/// <param name="NextRun">Null for a task that runs only on request.</param>
/// <param name="LastRun">The newest run, with any status.</param>
/// <param name="LastReport">The report of the newest run that has one.</param>
public sealed record MaintenanceBody(
    string Task,
    string Summary,
    ScheduleBody Schedule,
    DateTimeOffset? NextRun,
    DateTimeOffset? LastSuccess,
    MaintenanceRun? LastRun,
    TaskReport? LastReport);

/// <summary>The schedule of a task.</summary>
/// <param name="Cron">Null for a task that runs only on request.</param>
public sealed record ScheduleBody(string? Cron, string TimeZone, double TimeLimitSeconds, bool Enabled);

/// <summary>Options of a run.</summary>
/// <param name="DryRun">Change nothing, and report the changes that a run would make.</param>
public sealed record MaintenanceRequest(bool DryRun);

/// <summary>The words of a run's status.</summary>
public static class RunStatus
{
    public const string Queued = "queued";
    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";

    /// <summary>There was nothing to do.</summary>
    public const string Skipped = "skipped";

    public const string Cancelled = "cancelled";

    /// <summary>Its worker has stopped.</summary>
    public const string Interrupted = "interrupted";
}

/// <summary>One run of a task.</summary>
/// <param name="Status">A word of <see cref="RunStatus"/>.</param>
/// <param name="Progress">0 to 100.</param>
/// <param name="Step">The current work, in a few words.</param>
public sealed record MaintenanceRun(
    Guid Id,
    string Task,
    string Actor,
    bool DryRun,
    string Status,
    DateTimeOffset QueuedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    int Progress,
    string? Step,
    TaskReport? Report,
    string? Error,
    string? Argument)
{
    /// <summary>The status is final.</summary>
    public bool IsOver => Status is not (RunStatus.Queued or RunStatus.Running);
}

/// <summary>What a run has done.</summary>
public sealed record TaskReport(long Examined, long Changed, long Failed)
{
    /// <summary>Sentences for operators.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Metrics before the run, by name with unit.</summary>
    public IReadOnlyDictionary<string, double> Before { get; init; } = new Dictionary<string, double>();

    /// <summary>The same metrics after the run.</summary>
    public IReadOnlyDictionary<string, double> After { get; init; } = new Dictionary<string, double>();

    /// <summary>Why the task had nothing to do; null for an ordinary run.</summary>
    public string? Skipped { get; init; }
}

/// <summary>The words of a backup's status.</summary>
public static class BackupStatus
{
    public const string Running = "running";

    /// <summary>All files are there, not yet compared with their checksums.</summary>
    public const string Complete = "complete";

    public const string Verified = "verified";
    public const string Damaged = "damaged";

    /// <summary>Its signature is missing or wrong.</summary>
    public const string Untrusted = "untrusted";

    public const string Failed = "failed";
    public const string Missing = "missing";
    public const string Deleted = "deleted";
}

/// <summary>A backup.</summary>
/// <param name="Status">A word of <see cref="BackupStatus"/>.</param>
public sealed record Backup(
    string Id,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt,
    string Place,
    string? Encryption,
    long? SizeBytes,
    string Actor,
    string? Error,
    DateTimeOffset? VerifiedAt,
    DateTimeOffset? DrilledAt,
    string? DrillError);

/// <summary>A diagnosis of the whole system.</summary>
/// <param name="Status">healthy, unknown, warning or critical.</param>
/// <param name="Findings">Causes first, worst first.</param>
public sealed record DiagnosisReport(
    string Status, DateTimeOffset At, DateTimeOffset Since, double TookMs, IReadOnlyList<Finding> Findings)
{
    /// <summary>The examined parts.</summary>
    public IReadOnlyList<ProbeResult> Probes { get; init; } = [];

    /// <summary>What was read, beside its limit, whether that was crossed or not.</summary>
    public IReadOnlyList<Figure> Figures { get; init; } = [];
}

/// <summary>How one part was examined.</summary>
/// <param name="Reason">Why its state is unknown, or what of it; null where all was examined.</param>
public sealed record ProbeResult(string Name, string? Reason);

/// <summary>A value of the machine, a process or a store beside its limit.</summary>
/// <param name="Probe">The part of the diagnosis that read it.</param>
/// <param name="Of">What is measured, such as a disk.</param>
/// <param name="Limit">In the same unit; null where the value is compared with nothing.</param>
/// <param name="Unit">Such as <c>%</c>; empty for a number.</param>
/// <param name="Query">What gives the value again: a path, a command, PromQL or SQL.</param>
public sealed record Figure(
    string Probe, string Name, string Of, double Value, double? Limit, string Unit, string Query);

/// <summary>One thing that is wrong, with its cause and what to do.</summary>
/// <param name="Severity">warning or critical.</param>
/// <param name="Runbook">The path of the page about this code in the API.</param>
/// <param name="SuppressedBy">The code of the finding that this one follows from; null for a cause.</param>
public sealed record Finding(
    string Code,
    string Title,
    string Severity,
    string? Subject,
    string Symptom,
    string Impact,
    string Cause,
    IReadOnlyList<string> Actions,
    string Runbook,
    string? SuppressedBy)
{
    /// <summary>The values that support it.</summary>
    public IReadOnlyList<Evidence> Evidence { get; init; } = [];
}

/// <summary>A measured value that supports a finding.</summary>
/// <param name="Query">What gives the value again: a path, a command, PromQL or SQL.</param>
/// <param name="Value">With its unit.</param>
/// <param name="Limit">The threshold that the value crossed, with its unit; null when the value is not compared.</param>
public sealed record Evidence(string Query, string Value, string? Limit);

/// <summary>An entry of the audit log.</summary>
public sealed record AuditRecord(
    long Id,
    DateTimeOffset At,
    string Actor,
    string Action,
    string Subject,
    string? Collection,
    JsonElement Details,
    string? TraceId);
