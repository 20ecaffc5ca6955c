using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Hangfire;
using Microsoft.Extensions.Logging;

namespace RagAspire.Maintenance.Runs;

/// <summary>
/// Tells the workers that a run is queued. A lost call does no harm: <see cref="RunRecovery"/> enqueues runs that stay queued.
/// </summary>
public sealed partial class MaintenanceEnqueuer(IBackgroundJobClient jobs, TimeProvider time, ILogger<MaintenanceEnqueuer> logger)
{
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _enqueued = new();

    /// <summary>Enqueues a run, unless this process did so within the last 30 seconds.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever the queue throws, the run is stored.")]
    public void Enqueue(Guid runId)
    {
        var now = time.GetUtcNow();
        foreach (var old in _enqueued.Where(entry => now - entry.Value > RepeatAfter))
        {
            _enqueued.TryRemove(old);
        }

        if (!_enqueued.TryAdd(runId, now))
        {
            return;
        }

        try
        {
            jobs.Enqueue<MaintenanceJob>(job => job.RunAsync(runId, CancellationToken.None));
        }
        catch (Exception ex)
        {
            _enqueued.TryRemove(runId, out _);
            Log.NotEnqueued(logger, runId, ex);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Run {RunId} is stored but could not be enqueued yet")]
        public static partial void NotEnqueued(ILogger logger, Guid runId, Exception exception);
    }
}
