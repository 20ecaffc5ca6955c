using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Maintenance.Runs;

/// <summary>Where a run is.</summary>
[JsonConverter(typeof(RunStatusConverter))]
public enum RunStatus
{
    Queued,
    Running,
    Succeeded,
    Failed,
    Skipped,
    Cancelled,

    /// <summary>Its worker fell silent or was stopped in the middle.</summary>
    Interrupted,
}

/// <summary>One run of a task, as it is stored and shown.</summary>
/// <param name="DueAt">The occurrence of the schedule that it is for; null when somebody wanted it.</param>
/// <param name="Argument">The object of the run, such as a backup's id; null for the task's default.</param>
/// <param name="Attempt">1 for the first try of an occurrence.</param>
/// <param name="Progress">0 to 100.</param>
/// <param name="Step">What it is at.</param>
/// <param name="Error">Why it failed, was skipped or interrupted.</param>
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
    /// <summary>Nothing more will happen to it.</summary>
    [JsonIgnore]
    public bool IsOver => Status is not (RunStatus.Queued or RunStatus.Running);

    internal const string Columns = """
        id, task, actor, dry_run, status, due_at, attempt, queued_at, started_at, finished_at, progress, step, report, error, argument
        """;

    internal static MaintenanceRun Read(NpgsqlDataReader row) => new(
        row.Field<Guid>("id"),
        row.Field<string>("task"),
        row.Field<string>("actor"),
        row.Field<bool>("dry_run"),
        Enum.Parse<RunStatus>(row.Field<string>("status"), ignoreCase: true),
        row.Nullable<DateTimeOffset?>("due_at"),
        row.Field<int>("attempt"),
        row.Field<DateTimeOffset>("queued_at"),
        row.Nullable<DateTimeOffset?>("started_at"),
        row.Nullable<DateTimeOffset?>("finished_at"),
        row.Field<short>("progress"),
        row.Nullable<string>("step"),
        row.Nullable<string>("report") is { } report ? JsonSerializer.Deserialize<TaskReport>(report, ReportJson) : null,
        row.Nullable<string>("error"),
        row.Nullable<string>("argument"));

    internal static JsonSerializerOptions ReportJson { get; } = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };
}

/// <summary>Spells statuses in lower case, as the API and the database do.</summary>
internal sealed class RunStatusConverter() : JsonStringEnumConverter<RunStatus>(JsonNamingPolicy.CamelCase);
