using Hangfire;
using RagAspire.Maintenance.Scheduling;

namespace RagAspire.Maintenance.Runs;

/// <summary>
/// The Hangfire job of a run. It is idempotent: a job that is delivered twice, late or to two workers finds the row taken and
/// does nothing.
/// </summary>
[Queue(Queue)]
public sealed class MaintenanceJob(RunStore runs, MaintenanceRunner runner, Schedule schedule, TimeProvider time)
{
    /// <summary>A separate queue, so that long maintenance does not delay documents, nor documents maintenance.</summary>
    public const string Queue = "maintenance";

    /// <summary>The clock of the process that enqueued an occurrence may be ahead of this one.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(30);

    /// <summary>Runs the latest occurrence of a schedule.</summary>
    public async Task RunDueAsync(string task, CancellationToken cancellationToken)
    {
        if (schedule.Find(task)?.Last(time.GetUtcNow() + Tolerance) is { } dueAt
            && await runs.DueAsync(task, dueAt, cancellationToken) is { IsOver: false } run)
        {
            await runner.RunAsync(run, null, cancellationToken);
        }
    }

    /// <summary>Executes a queued run.</summary>
    public async Task RunAsync(Guid runId, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(runId, cancellationToken) is { Status: RunStatus.Queued } run)
        {
            await runner.RunAsync(run, null, cancellationToken);
        }
    }
}
