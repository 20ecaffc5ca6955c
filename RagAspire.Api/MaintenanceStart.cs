using RagAspire.Maintenance.Runs;
using RagAspire.Maintenance.Scheduling;

namespace RagAspire.Api;

/// <summary>Starts maintenance tasks for callers.</summary>
internal sealed class MaintenanceStart(TaskRegistry tasks, RunStore runs, MaintenanceEnqueuer queue)
{
    /// <param name="actor">The name of the caller's key.</param>
    /// <param name="argument">The object of the run; null for the task's default.</param>
    /// <exception cref="BadHttpRequestException">
    /// 404 no such task, 400 it takes no argument, 409 it is running or queued.
    /// </exception>
    public async Task<MaintenanceRun> RequestAsync(
        string task, bool isDry, string actor, CancellationToken cancellationToken, string? argument = null)
    {
        if (tasks.Find(task) is not { } known)
        {
            throw new BadHttpRequestException("There is no such maintenance task.", StatusCodes.Status404NotFound);
        }

        if (argument is not null && !known.TakesArgument)
        {
            throw Problems.Bad($"The task '{task}' takes no argument.");
        }

        var run = await runs.RequestAsync(task, isDry, actor, cancellationToken, argument)
            ?? throw new BadHttpRequestException(
                $"The task '{task}' is already running or queued.", StatusCodes.Status409Conflict);
        queue.Enqueue(run.Id);
        return run;
    }
}
