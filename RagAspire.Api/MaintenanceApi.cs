using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Maintenance.Runs;
using RagAspire.Maintenance.Scheduling;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>Maintenance tasks: their schedule, their runs, and running one now.</summary>
internal static class MaintenanceApi
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(500);

    public static RouteGroupBuilder MapMaintenance(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/operations/maintenance").RequireAuthorization(Policies.WholeSystem).WithTags("Maintenance")
            .ProducesProblem(404);
        group.MapGet("/", ListAsync).RequireAuthorization(Scopes.OperationsRead).WithSummary("List the tasks with schedule, next run and last report");
        group.MapGet("/runs", RunsAsync).RequireAuthorization(Scopes.OperationsRead).WithSummary("List runs, newest first").ProducesValidationProblem();
        group.MapGet("/runs/{id:guid}", RunAsync).RequireAuthorization(Scopes.OperationsRead).WithSummary("Get a run with its progress or report");
        group.MapGet("/runs/{id:guid}/events", EventsAsync).RequireAuthorization(Scopes.OperationsRead).DisableRequestTimeout()
            .WithSummary("Follow a run, as server-sent events");
        group.MapDelete("/runs/{id:guid}", CancelAsync).RequireAuthorization(Scopes.OperationsRun).WithSummary("Cancel a run").ProducesProblem(409);
        group.MapPost("/{task}", StartAsync).RequireAuthorization(Scopes.OperationsRun).WithSummary("Run a task now")
            .WithDescription("The body is optional; `dryRun` may be in the query instead.").ProducesProblem(409);
        return api;
    }

    /// <summary>The address of a run.</summary>
    public static string Location(MaintenanceRun run) => $"/api/v1/operations/maintenance/runs/{run.Id}";

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
        var filter = new RunFilter(
            request.Task, EnumWords.Parse<RunStatus>(request.Status), GuidCursorAttribute.Parse(request.After), request.Limit);
        return TypedResults.Ok(await runs.ListAsync(filter, cancellationToken));
    }

    private static async Task<Accepted<MaintenanceRun>> StartAsync(
        string task,
        MaintenanceRequest? body,
        bool? dryRun,
        ClaimsPrincipal user,
        MaintenanceStart maintenance,
        CancellationToken cancellationToken)
    {
        var run = await maintenance.RequestAsync(
            task, dryRun ?? body?.DryRun ?? false, Caller.Of(user).Name, cancellationToken, body?.Argument);
        return TypedResults.Accepted(Location(run), run);
    }

    private static async Task<Results<Ok<MaintenanceRun>, ProblemHttpResult>> RunAsync(
        Guid id, RunStore runs, CancellationToken cancellationToken) =>
        await runs.FindAsync(id, cancellationToken) is { } run ? TypedResults.Ok(run) : Problems.NotFound("run");

    private static async Task<Results<Accepted<MaintenanceRun>, Ok<MaintenanceRun>, ProblemHttpResult>> CancelAsync(
        Guid id, ClaimsPrincipal user, RunStore runs, CancellationToken cancellationToken)
    {
        if (await runs.CancelAsync(id, Caller.Of(user).Name, cancellationToken) is { } run)
        {
            return run.IsOver ? TypedResults.Ok(run) : TypedResults.Accepted(Location(run), run);
        }

        return await runs.FindAsync(id, cancellationToken) is { } over
            ? TypedResults.Problem($"The run is over: {over.Status.Word()}.", statusCode: StatusCodes.Status409Conflict)
            : Problems.NotFound("run");
    }

    private static async Task<Results<ServerSentEventsResult<object>, ProblemHttpResult>> EventsAsync(
        Guid id,
        ClaimsPrincipal user,
        RunStore runs,
        TimeProvider time,
        EventStreams streams,
        CancellationToken cancellationToken) =>
        await runs.FindAsync(id, cancellationToken) is { } run
            ? await streams.WatchAsync(
                Caller.Of(user),
                stop => WatchAsync(runs, run, time, stop),
                step => new SseItem<object>(step, step.IsOver ? "done" : "progress"),
                cancellationToken)
            : Problems.NotFound("run");

    /// <summary>The run as it is now, and again after every change until it is over.</summary>
    private static async IAsyncEnumerable<MaintenanceRun> WatchAsync(
        RunStore runs, MaintenanceRun run, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return run;
        while (!run.IsOver)
        {
            await Task.Delay(WatchInterval, time, cancellationToken);
            if (await runs.FindAsync(run.Id, cancellationToken) is not { } now)
            {
                yield break;
            }

            var hasChanged = (now.Status, now.Progress, now.Step) != (run.Status, run.Progress, run.Step);
            run = now;
            if (hasChanged)
            {
                yield return run;
            }
        }
    }
}
