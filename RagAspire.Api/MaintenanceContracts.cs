using System.ComponentModel.DataAnnotations;
using RagAspire.Maintenance;
using RagAspire.Maintenance.Runs;
using RagAspire.Maintenance.Scheduling;

namespace RagAspire.Api;

/// <summary>The schedule of a task.</summary>
/// <param name="Cron">Null for a task that runs only on request.</param>
/// <param name="AlertAfterSeconds">The age of the last success that causes an alert; null for none.</param>
public sealed record ScheduleBody(
    string? Cron, string TimeZone, double TimeLimitSeconds, double? AlertAfterSeconds, int Retries, bool Enabled)
{
    internal static ScheduleBody Of(ScheduleRow row) => new(
        row.Cron, row.TimeZone, row.TimeLimit.TotalSeconds, row.AlertAfter?.TotalSeconds, row.Retries, row.Enabled);
}

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

/// <summary>Options of a run.</summary>
/// <param name="DryRun">Change nothing, and report the changes that a run would make.</param>
/// <param name="Argument">The object of the run, for tasks that take one: the source of <c>source-sync</c>.</param>
public sealed record MaintenanceRequest(
    bool DryRun = false, [property: StringLength(200, MinimumLength = 1)] string? Argument = null);

/// <summary>Which runs to list.</summary>
/// <param name="After">The <c>next</c> of the page before.</param>
public sealed record RunListRequest(
    [property: StringLength(100)] string? Task,
    [property: OneOf<RunStatus>] string? Status,
    [property: GuidCursor] string? After,
    [property: Range(1, 200)] int Limit = 50);
