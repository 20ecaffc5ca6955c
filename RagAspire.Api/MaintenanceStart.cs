using RagAspire.Maintenance.Runs;
using RagAspire.Maintenance.Scheduling;

namespace RagAspire.Api;

/// <summary>Starts maintenance tasks for callers.</summary>
internal sealed class MaintenanceStart(TaskRegistry tasks, RunStore runs, MaintenanceEnqueuer queue)
{
    /// <param name="actor">The name of the caller's key.</param>
    /// <exception cref="BadHttpRequestException">404 no such task, 409 it is running or queued.</exception>
    public async Task<MaintenanceRun> RequestAsync(string task, bool isDry, string actor, CancellationToken cancellationToken)
    {
        if (tasks.Find(task) is null)
        {
            throw new BadHttpRequestException("There is no such maintenance task.", StatusCodes.Status404NotFound);
        }

        var run = await runs.RequestAsync(task, isDry, actor, cancellationToken)
            ?? throw new BadHttpRequestException(
                $"The task '{task}' is already running or queued.", StatusCodes.Status409Conflict);
        queue.Enqueue(run.Id);
        return run;
    }
}
