using Microsoft.Extensions.Options;
using RagAspire.Database;
using RagAspire.Maintenance.Runs;

namespace RagAspire.Worker;

/// <summary>
/// Recovers maintenance runs: catches up on missed occurrences once after the start, marks runs without a heartbeat, and
/// enqueues runs that stay queued.
/// </summary>
public sealed partial class RunRecoveryService(
    RunRecovery recovery,
    MissedRuns missed,
    DatabaseStartup database,
    IOptions<RunOptions> options,
    TimeProvider time,
    ILogger<RunRecoveryService> logger) : PollingService(database, time)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private bool _isCaughtUp;

    protected override TimeSpan Interval
    {
        get
        {
            var interval = options.Value.HeartbeatTimeout / 5;
            return interval < Shortest ? Shortest : interval > Longest ? Longest : interval;
        }
    }

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        // First, because a dead run would keep the missed occurrence of its task from being queued.
        await recovery.InterruptDeadAsync(cancellationToken);
        if (!_isCaughtUp)
        {
            await missed.CatchUpAsync(cancellationToken);
            _isCaughtUp = true;
        }

        await recovery.EnqueueWaitingAsync(cancellationToken);
    }

    protected override void Skipped(Exception exception) => Log.Skipped(logger, exception.Message);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Maintenance runs cannot be recovered now: {Reason}")]
        public static partial void Skipped(ILogger logger, string reason);
    }
}
