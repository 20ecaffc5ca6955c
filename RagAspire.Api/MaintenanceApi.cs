using System.ComponentModel.DataAnnotations;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Maintenance;
using RagAspire.Maintenance.Runs;
using RagAspire.Maintenance.Scheduling;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>When a task runs by itself.</summary>
/// <param name="Cron">Null for a task that runs only when somebody wants it.</param>
/// <param name="AlertAfterSeconds">The age of its last success that is too old; null where nobody needs to know.</param>
public sealed record ScheduleBody(
    string? Cron, string TimeZone, double TimeLimitSeconds, double? AlertAfterSeconds, int Retries, bool Enabled)
{
    internal static ScheduleBody Of(ScheduleRow row) => new(
        row.Cron, row.TimeZone, row.TimeLimit.TotalSeconds, row.AlertAfter?.TotalSeconds, row.Retries, row.Enabled);
}

/// <summary>A task with its schedule and what it last did.</summary>
/// <param name="NextRun">Null for a task that does not run by itself.</param>
/// <param name="LastRun">Its newest run, whatever its status.</param>
/// <param name="LastReport">The report of the newest run that has one.</param>
public sealed record MaintenanceBody(
    string Task,
    string Summary,
    ScheduleBody Schedule,
    DateTimeOffset? NextRun,
    DateTimeOffset? LastSuccess,
    MaintenanceRun? LastRun,
    TaskReport? LastReport);

/// <summary>How a task is to run.</summary>
/// <param name="DryRun">Change nothing and report what would be changed.</param>
public sealed record MaintenanceRequest(bool DryRun = false);

/// <summary>Which runs to list.</summary>
/// <param name="After">The cursor from the page before.</param>
public sealed record RunListRequest(
    [property: StringLength(100)] string? Task,
    [property: RegularExpression(
        "queued|running|succeeded|failed|skipped|cancelled|interrupted",
        ErrorMessage = "The status is queued, running, succeeded, failed, skipped, cancelled or interrupted.")]
    string? Status,
    [property: GuidCursor] string? After,
    [property: Range(1, 200)] int Limit = 50);

/// <summary>The system's upkeep: what runs when, what it did, and running it now.</summary>
internal static class MaintenanceApi
{
    public static RouteGroupBuilder MapMaintenance(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/operations/maintenance").RequireAuthorization(Scopes.Operations).WithTags("Maintenance")
            .ProducesProblem(404);
        group.MapGet("/", ListAsync).WithSummary("List the tasks with schedule, next run and last report");
        group.MapGet("/runs", RunsAsync).WithSummary("List runs, newest first").ProducesValidationProblem();
        group.MapGet("/runs/{id:guid}", RunAsync).WithSummary("Get a run with its progress or report");
        group.MapGet("/runs/{id:guid}/events", EventsAsync).DisableRequestTimeout()
            .WithSummary("Watch a run, as server-sent events");
        group.MapDelete("/runs/{id:guid}", CancelAsync).WithSummary("Stop a run").ProducesProblem(409);
        group.MapPost("/{task}", StartAsync).WithSummary("Run a task now")
            .WithDescription("The body is optional; `dryRun` may stand in the query as well.").ProducesProblem(409);
        return api;
    }

    private static async Task<Ok<Page<MaintenanceBody>>> ListAsync(
        TaskRegistry tasks, ScheduleStore schedules, RunStore runs, TimeProvider time, CancellationToken cancellationToken)
    {
        var stored = (await schedules.ListAsync(cancellationToken)).ToDictionary(one => one.Row.Task);
        var newest = await runs.NewestAsync(cancellationToken);
        var now = time.GetUtcNow();
        var items = tasks.All.OrderBy(task => task.Name, StringComparer.Ordinal).Select(task =>
        {
            var known = stored.GetValueOrDefault(task.Name);
            var row = known?.Row ?? tasks.RowOf(task.Name);
            return new MaintenanceBody(
                task.Name,
                task.Summary,
                ScheduleBody.Of(row),
                row.Next(now),
                known?.LastSuccessAt,
                newest[task.Name].FirstOrDefault(),
                newest[task.Name].FirstOrDefault(run => run.Report is not null)?.Report);
        });
        return TypedResults.Ok(Page.Whole<MaintenanceBody>([.. items]));
    }

    private static async Task<Ok<Page<MaintenanceRun>>> RunsAsync(
        [AsParameters] RunListRequest request, RunStore runs, CancellationToken cancellationToken)
    {
        var status = request.Status is { Length: > 0 } word ? Enum.Parse<RunStatus>(word, ignoreCase: true) : (RunStatus?)null;
        var before = request.After is { Length: > 0 } cursor ? Guid.Parse(cursor) : (Guid?)null;
        return TypedResults.Ok(
            await runs.ListAsync(new RunFilter(request.Task, status, before, request.Limit), cancellationToken));
    }

    private static async Task<Results<Accepted<MaintenanceRun>, ProblemHttpResult>> StartAsync(
        string task,
        MaintenanceRequest? body,
        bool? dryRun,
        ClaimsPrincipal user,
        MaintenanceAccess access,
        CancellationToken cancellationToken)
    {
        if (access.Tasks.Find(task) is null)
        {
            return Problems.NotFound("maintenance task");
        }

        var isDry = dryRun ?? body?.DryRun ?? false;
        if (await access.Runs.RequestAsync(task, isDry, Caller.Of(user).Name, cancellationToken) is not { } run)
        {
            return TypedResults.Problem($"The task '{task}' runs already, or waits to.", statusCode: StatusCodes.Status409Conflict);
        }

        access.Trigger.Enqueue(run.Id);
        return TypedResults.Accepted($"/api/v1/operations/maintenance/runs/{run.Id}", run);
    }

    private static async Task<Results<Ok<MaintenanceRun>, ProblemHttpResult>> RunAsync(
        Guid id, RunStore runs, CancellationToken cancellationToken) =>
        await runs.FindAsync(id, cancellationToken) is { } run ? TypedResults.Ok(run) : Problems.NotFound("run");

    private static async Task<Results<Accepted<MaintenanceRun>, Ok<MaintenanceRun>, ProblemHttpResult>> CancelAsync(
        Guid id, ClaimsPrincipal user, RunStore runs, CancellationToken cancellationToken)
    {
        if (await runs.CancelAsync(id, Caller.Of(user).Name, cancellationToken) is { } run)
        {
            return run.IsOver ? TypedResults.Ok(run) : TypedResults.Accepted($"/api/v1/operations/maintenance/runs/{id}", run);
        }

        return await runs.FindAsync(id, cancellationToken) is { } over
            ? TypedResults.Problem(
                $"The run is over: {over.Status.ToString().ToLowerInvariant()}.", statusCode: StatusCodes.Status409Conflict)
            : Problems.NotFound("run");
    }

    private static async Task<Results<ServerSentEventsResult<MaintenanceRun>, ProblemHttpResult>> EventsAsync(
        Guid id, RunStore runs, TimeProvider time, CancellationToken cancellationToken) =>
        await runs.FindAsync(id, cancellationToken) is { } run
            ? TypedResults.ServerSentEvents(WatchAsync(runs, run, time, cancellationToken))
            : Problems.NotFound("run");

    /// <summary>The run as <c>progress</c> events whenever it has changed, and as <c>done</c> when it is over.</summary>
    private static async IAsyncEnumerable<SseItem<MaintenanceRun>> WatchAsync(
        RunStore runs, MaintenanceRun run, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (RunStatus, int, string?)? told = null;
        while (true)
        {
            if (run.IsOver)
            {
                yield return new SseItem<MaintenanceRun>(run, "done");
                yield break;
            }

            if (told != (run.Status, run.Progress, run.Step))
            {
                told = (run.Status, run.Progress, run.Step);
                yield return new SseItem<MaintenanceRun>(run, "progress");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), time, cancellationToken);
            if (await runs.FindAsync(run.Id, cancellationToken) is not { } now)
            {
                yield break;
            }

            run = now;
        }
    }
}

/// <summary>What starting a run needs.</summary>
internal sealed class MaintenanceAccess(TaskRegistry tasks, RunStore runs, MaintenanceEnqueuer trigger)
{
    public TaskRegistry Tasks => tasks;

    public RunStore Runs => runs;

    public MaintenanceEnqueuer Trigger => trigger;
}
