using System.Text.Json.Serialization;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Maintenance.Runs;

/// <summary>The state of a run.</summary>
[JsonConverter(typeof(EnumWordConverter<RunStatus>))]
public enum RunStatus
{
    Queued,
    Running,
    Succeeded,
    Failed,
    Skipped,
    Cancelled,

    /// <summary>Its worker stopped, or sent no heartbeat any more.</summary>
    Interrupted,
}

/// <summary>One run of a task, as it is stored and shown.</summary>
/// <param name="Actor">The API key or command line that requested the run, or "schedule".</param>
/// <param name="DueAt">The occurrence of the schedule; null for a run that was requested.</param>
/// <param name="Attempt">1 for the first attempt at an occurrence.</param>
/// <param name="Progress">0 to 100.</param>
/// <param name="Step">The current work, in a few words.</param>
/// <param name="Error">Why the run failed, was skipped or was interrupted.</param>
/// <param name="Argument">The object of the run, such as a backup's id; null for the task's default.</param>
public sealed record MaintenanceRun(
    Guid Id,
    string Task,
    string Actor,
    bool DryRun,
    RunStatus Status,
    DateTimeOffset? DueAt,
    int Attempt,
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
    [JsonIgnore]
    public bool IsOver => Status is not (RunStatus.Queued or RunStatus.Running);

    internal const string Columns = """
        id, task, actor, dry_run, status, due_at, attempt, queued_at, started_at, finished_at, progress, step, report, error,
        argument
        """;

    internal static MaintenanceRun Read(NpgsqlDataReader row) => new(
        row.Field<Guid>("id"),
        row.Field<string>("task"),
        row.Field<string>("actor"),
        row.Field<bool>("dry_run"),
        EnumWords.Read<RunStatus>(row.Field<string>("status")),
        row.Nullable<DateTimeOffset?>("due_at"),
        row.Field<int>("attempt"),
        row.Field<DateTimeOffset>("queued_at"),
        row.Nullable<DateTimeOffset?>("started_at"),
        row.Nullable<DateTimeOffset?>("finished_at"),
        row.Field<short>("progress"),
        row.Nullable<string>("step"),
        ReportJson.Read(row),
        row.Nullable<string>("error"),
        row.Nullable<string>("argument"));
}
