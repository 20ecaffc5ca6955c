using System.Collections.Concurrent;
using RagAspire.Jobs;

namespace RagAspire.Maintenance.Runs;

/// <summary>Enqueues stored runs as background jobs. Lost ones are enqueued again by <see cref="RunRecovery"/>.</summary>
public sealed class MaintenanceEnqueuer(JobEnqueuer jobs, TimeProvider time)
{
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _enqueued = new();

    /// <summary>Enqueues a run, unless this process did so within the last 30 seconds. Never throws.</summary>
    public void Enqueue(Guid runId)
    {
        var now = time.GetUtcNow();
        foreach (var old in _enqueued.Where(entry => now - entry.Value > RepeatAfter))
        {
            _enqueued.TryRemove(old);
        }

        if (_enqueued.TryAdd(runId, now)
            && !jobs.TryEnqueue<MaintenanceJob>(runId, job => job.RunAsync(runId, CancellationToken.None)))
        {
            _enqueued.TryRemove(runId, out _);
        }
    }
}
