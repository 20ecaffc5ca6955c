using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RagAspire.Maintenance.Runs;

/// <summary>Recovers runs whose worker died, and runs that are stored but not in the queue.</summary>
public sealed partial class RunRecovery(
    RunStore runs,
    MaintenanceRunner runner,
    MaintenanceEnqueuer enqueuer,
    IOptions<RunOptions> options,
    ILogger<RunRecovery> logger)
{
    private static readonly TimeSpan QueuedFor = TimeSpan.FromSeconds(3);

    /// <summary>Marks runs without a heartbeat as interrupted, and queues their retries.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> InterruptDeadAsync(CancellationToken cancellationToken)
    {
        var timeout = options.Value.HeartbeatTimeout;
        var dead = await runs.WithoutHeartbeatAsync(timeout, runner.Running, cancellationToken);
        foreach (var run in dead)
        {
            var reason = FormattableString.Invariant(
                $"Its worker sent no heartbeat for {timeout.TotalSeconds:0.#} s, at {run.Progress} %.");
            var outcome = new RunOutcome(RunStatus.Interrupted, null, reason);
            await runs.EndAsync(run, outcome, hasBegun: true, cancellationToken);
            Log.Interrupted(logger, run.Task, run.Id);
        }

        return dead.Count;
    }

    /// <summary>Enqueues the runs that have stayed queued: their job was lost, or their retry is due.</summary>
    public async Task EnqueueWaitingAsync(CancellationToken cancellationToken)
    {
        foreach (var runId in await runs.WaitingAsync(QueuedFor, cancellationToken))
        {
            enqueuer.Enqueue(runId);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Task} was interrupted: run {RunId} sent no heartbeat")]
        public static partial void Interrupted(ILogger logger, string task, Guid runId);
    }
}
