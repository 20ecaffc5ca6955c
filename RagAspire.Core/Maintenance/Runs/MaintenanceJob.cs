using Hangfire;
using RagAspire.Maintenance.Scheduling;

namespace RagAspire.Maintenance.Runs;

/// <summary>
/// What the queue calls. The row is the truth and the queue only a nudge: called twice, late or by two workers at once, it
/// finds the row taken and does nothing.
/// </summary>
[Queue(Queue)]
public sealed class MaintenanceJob(RunStore runs, MaintenanceRunner runner, Schedule schedule, TimeProvider time)
{
    /// <summary>A queue of its own, so that neither long maintenance keeps documents waiting nor documents keep maintenance waiting.</summary>
    public const string Queue = "maintenance";

    /// <summary>Clocks differ: what asks for an occurrence may believe that it has come before we do.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(30);

    /// <summary>An occurrence of the schedule has come.</summary>
    public async Task RunDueAsync(string task, CancellationToken cancellationToken)
    {
        if (schedule.Find(task)?.Last(time.GetUtcNow() + Tolerance) is { } dueAt
            && await runs.DueAsync(task, dueAt, cancellationToken) is { IsOver: false } run)
        {
            await runner.RunAsync(run, null, cancellationToken);
        }
    }

    /// <summary>A run waits.</summary>
    public async Task RunAsync(Guid runId, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(runId, cancellationToken) is { Status: RunStatus.Queued } run)
        {
            await runner.RunAsync(run, null, cancellationToken);
        }
    }
}
