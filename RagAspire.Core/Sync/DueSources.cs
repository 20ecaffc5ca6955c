using Microsoft.Extensions.Options;
using RagAspire.Maintenance.Runs;

namespace RagAspire.Sync;

/// <summary>Requests the runs of sources whose time has come.</summary>
public sealed class DueSources(
    RunStore runs, MaintenanceEnqueuer queue, IOptions<SyncOptions> options, TimeProvider time)
{
    // A run whose process was killed is requested again, but not at once: it may be what kills the process.
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(5);

    /// <summary>Requests a run of the first source that is due. The task runs one source at a time, and others wait.</summary>
    /// <returns>The source; null when none is due or the task is running or queued.</returns>
    public async Task<string?> RequestAsync(
        IReadOnlyDictionary<string, SourceState> states, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = options.Value.Sources
            .Where(source => IsDue(source.Value, states.GetValueOrDefault(source.Key), now))
            .OrderBy(source => states.GetValueOrDefault(source.Key)?.EndedAt ?? DateTimeOffset.MinValue)
            .Select(source => source.Key).FirstOrDefault();
        if (due is not null
            && await runs.RequestAsync(SyncTask.TaskName, dryRun: false, "schedule", cancellationToken, due) is { } run)
        {
            queue.Enqueue(run.Id);
            return due;
        }

        return null;
    }

    /// <summary>Its last run ended before its last time, or there was none since it was configured.</summary>
    private static bool IsDue(SourceOptions source, SourceState? state, DateTimeOffset now) =>
        state is not null && source.Times.Last(now) is { } dueAt && (state.EndedAt ?? state.FirstSeenAt) < dueAt
        && !(state.BegunAt > dueAt && now - state.BegunAt < Rest);
}
