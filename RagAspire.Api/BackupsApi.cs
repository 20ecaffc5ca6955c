using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Hangfire;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Backups;
using RagAspire.Maintenance.Runs;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>Which backups to list.</summary>
/// <param name="After">The cursor from the page before.</param>
public sealed record BackupListRequest([property: StringLength(100)] string? After, [property: Range(1, 200)] int Limit = 50);

/// <summary>Backups: what there is, making one, checking one. Restoring is for the command line, where the system is stopped.</summary>
internal static class BackupsApi
{
    private const string Path = "/api/v1/operations/backups";
    private const string Task = "backup";

    public static RouteGroupBuilder MapBackups(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/operations/backups").RequireAuthorization(Scopes.Operations).WithTags("Backups");
        group.MapGet("/", ListAsync).WithSummary("List backups, newest first").ProducesValidationProblem();
        group.MapGet("/{id}", GetAsync).WithSummary("Get a backup with what is known of it").ProducesProblem(404);
        group.MapPost("/", CreateAsync).WithSummary("Make a backup now").ProducesProblem(409)
            .WithDescription("It is a run of the maintenance task `backup`: the answer is the run, and its report names the backup.");
        group.MapPost("/{id}/verify", VerifyAsync).WithSummary("Read a backup and check that it is what was written")
            .WithDescription("Checked by a worker; `status`, `verifiedAt` and `error` of the backup tell what came of it.")
            .ProducesProblem(404).ProducesProblem(409);
        return api;
    }

    private static async Task<Ok<Page<Backup>>> ListAsync(
        [AsParameters] BackupListRequest request, BackupStore backups, CancellationToken cancellationToken)
    {
        var items = await backups.ListAsync(request.After is { Length: > 0 } after ? after : null, request.Limit + 1, cancellationToken);
        return TypedResults.Ok(items.Count > request.Limit
            ? new Page<Backup>([.. items.Take(request.Limit)], items[request.Limit - 1].Id)
            : new Page<Backup>(items, null));
    }

    private static async Task<Results<Ok<Backup>, ProblemHttpResult>> GetAsync(
        string id, BackupStore backups, CancellationToken cancellationToken) =>
        await backups.FindAsync(id, cancellationToken) is { } backup ? TypedResults.Ok(backup) : Problems.NotFound("backup");

    private static async Task<Results<Accepted<MaintenanceRun>, ProblemHttpResult>> CreateAsync(
        ClaimsPrincipal user, RunStore runs, MaintenanceEnqueuer queue, CancellationToken cancellationToken)
    {
        if (await runs.RequestAsync(Task, false, Caller.Of(user).Name, cancellationToken) is not { } run)
        {
            return TypedResults.Problem("A backup is already running or queued.", statusCode: StatusCodes.Status409Conflict);
        }

        queue.Enqueue(run.Id);
        return TypedResults.Accepted(MaintenanceApi.Location(run), run);
    }

    private static async Task<Results<Accepted<Backup>, ProblemHttpResult>> VerifyAsync(
        string id, ClaimsPrincipal user, BackupStore backups, IBackgroundJobClient jobs, CancellationToken cancellationToken)
    {
        if (await backups.FindAsync(id, cancellationToken) is not { } backup)
        {
            return Problems.NotFound("backup");
        }

        if (!backup.IsPresent)
        {
            return TypedResults.Problem(
                $"The backup is {backup.Status}: there is nothing to check.", statusCode: StatusCodes.Status409Conflict);
        }

        var actor = Caller.Of(user).Name;
        jobs.Enqueue<VerifyBackupJob>(job => job.RunAsync(id, actor, CancellationToken.None));
        return TypedResults.Accepted($"{Path}/{id}", backup);
    }
}
