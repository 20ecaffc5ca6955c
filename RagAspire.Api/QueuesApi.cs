using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Documents;
using RagAspire.Maintenance.Runs;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>What waits for the workers, over all collections.</summary>
/// <param name="Pending">Documents that wait for processing.</param>
/// <param name="Processing">Documents that are processed.</param>
/// <param name="Failed">Documents that wait for a retry or a new version; of a large system as of some seconds ago.</param>
/// <param name="OldestSeconds">Since the oldest pending or processed document was uploaded; 0 when there is none.</param>
/// <param name="QueuedRuns">Maintenance runs that wait.</param>
/// <param name="RunningRuns">Maintenance runs that go on.</param>
public sealed record QueueSummary(
    long Pending, long Processing, long Failed, double OldestSeconds, int QueuedRuns, int RunningRuns);

/// <summary>The queues of the workers.</summary>
internal static class QueuesApi
{
    /// <summary>More than there are tasks, of which each has one run at most that waits or goes on.</summary>
    private const int MostRuns = 200;

    public static RouteGroupBuilder MapQueues(this RouteGroupBuilder api)
    {
        api.MapGet("/operations/queues", CountAsync).RequireAuthorization(Scopes.OperationsRead, Policies.WholeSystem)
            .WithTags("Operations").WithSummary("Count what waits for the workers");
        return api;
    }

    private static async Task<Ok<QueueSummary>> CountAsync(
        DocumentBacklog backlog, CollectionCounts collections, RunStore runs, CancellationToken cancellationToken)
    {
        var unfinished = await backlog.CountAsync(cancellationToken);
        var counted = await collections.AllAsync(cancellationToken);
        return TypedResults.Ok(new QueueSummary(
            unfinished.Pending,
            unfinished.Processing,
            counted.Values.Sum(collection => (long)collection.Failed),
            unfinished.OldestSeconds,
            await RunsAsync(runs, RunStatus.Queued, cancellationToken),
            await RunsAsync(runs, RunStatus.Running, cancellationToken)));
    }

    private static async Task<int> RunsAsync(RunStore runs, RunStatus status, CancellationToken cancellationToken) =>
        (await runs.ListAsync(new RunFilter(Task: null, status, Before: null, MostRuns), cancellationToken)).Items.Count;
}
