using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Backups;
using RagAspire.Maintenance.Runs;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>A request for a page of backups.</summary>
/// <param name="After">The cursor of the page before.</param>
public sealed record BackupListRequest([property: StringLength(100)] string? After, [property: Range(1, 200)] int Limit = 50);

/// <summary>Lists, makes and verifies backups. Restores are made by the command line, while the system is stopped.</summary>
internal static class BackupsApi
{
    private const string BackupTask = "backup";
    private const string VerifyTask = "backup-verify";

    public static RouteGroupBuilder MapBackups(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/operations/backups").RequireAuthorization(Policies.WholeSystem).WithTags("Backups");
        group.MapGet("/", ListAsync).RequireAuthorization(Scopes.OperationsRead).WithSummary("List backups, newest first").ProducesValidationProblem();
        group.MapGet("/{id}", GetAsync).RequireAuthorization(Scopes.OperationsRead).WithSummary("Get a backup").ProducesProblem(404);
        group.MapPost("/", CreateAsync).RequireAuthorization(Scopes.OperationsRun).WithSummary("Make a backup now").ProducesProblem(409)
            .WithDescription("The answer is a run of the maintenance task `backup`, whose report names the backup.");
        group.MapPost("/{id}/verify", VerifyAsync).RequireAuthorization(Scopes.OperationsRun).WithSummary("Verify a backup now")
            .WithDescription("The answer is the backup, and its `Location` a run of the maintenance task `backup-verify`. "
                + "Afterwards `status`, `verifiedAt` and `error` of the backup have the result.")
            .ProducesProblem(404).ProducesProblem(409);
        return api;
    }

    private static async Task<Ok<Page<Backup>>> ListAsync(
        [AsParameters] BackupListRequest request, BackupStore backups, CancellationToken cancellationToken) =>
        TypedResults.Ok(await backups.ListAsync(
            request.After is { Length: > 0 } after ? after : null, request.Limit, cancellationToken));

    private static async Task<Results<Ok<Backup>, ProblemHttpResult>> GetAsync(
        string id, BackupStore backups, CancellationToken cancellationToken) =>
        await backups.FindAsync(id, cancellationToken) is { } backup ? TypedResults.Ok(backup) : Problems.NotFound("backup");

    private static async Task<Results<Accepted<MaintenanceRun>, ProblemHttpResult>> CreateAsync(
        ClaimsPrincipal user, RunStore runs, MaintenanceEnqueuer enqueuer, CancellationToken cancellationToken)
    {
        if (await runs.RequestAsync(BackupTask, dryRun: false, Caller.Of(user).Name, cancellationToken) is not { } run)
        {
            return Conflict("A backup is being made or waits for a worker.");
        }

        enqueuer.Enqueue(run.Id);
        return TypedResults.Accepted(Location(run), run);
    }

    private static async Task<Results<Accepted<Backup>, ProblemHttpResult>> VerifyAsync(
        string id,
        ClaimsPrincipal user,
        BackupStore backups,
        RunStore runs,
        MaintenanceEnqueuer enqueuer,
        CancellationToken cancellationToken)
    {
        if (await backups.FindAsync(id, cancellationToken) is not { } backup)
        {
            return Problems.NotFound("backup");
        }

        if (!backup.IsPresent)
        {
            return Conflict($"The backup is {backup.Status.Word()}, so it has no files to verify.");
        }

        if (await runs.RequestAsync(
            VerifyTask, dryRun: false, Caller.Of(user).Name, cancellationToken, argument: id) is not { } run)
        {
            return Conflict("A backup is being verified or waits for a worker.");
        }

        enqueuer.Enqueue(run.Id);
        return TypedResults.Accepted(Location(run), backup);
    }

    private static string Location(MaintenanceRun run) => $"/api/v1/operations/maintenance/runs/{run.Id}";

    private static ProblemHttpResult Conflict(string reason) =>
        TypedResults.Problem(reason, statusCode: StatusCodes.Status409Conflict);
}
