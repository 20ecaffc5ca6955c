using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RagAspire.Maintenance.Scheduling;

namespace RagAspire.Maintenance.Runs;

/// <summary>Heals the gaps between what is due, what is stored and what runs.</summary>
public sealed partial class RunRecovery(
    RunStore runs, RunOutcomes outcomes, ScheduleStore schedules, RunRecoveryServices services, ILogger<RunRecovery> logger)
{
    private static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan NudgeAgainAfter = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _nudged = new();

    /// <summary>One look at everything.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await InterruptSilentAsync(cancellationToken);
        await NudgeAsync(cancellationToken);
        await schedules.MeasureAsync(cancellationToken);
        await services.Figures.MeasureAsync(cancellationToken);
    }

    /// <summary>Marks the runs whose worker fell silent, and puts their next try in line.</summary>
    public async Task<int> InterruptSilentAsync(CancellationToken cancellationToken)
    {
        var silent = await runs.SilentAsync(services.Options.Silence, services.Runner.Running, cancellationToken);
        foreach (var run in silent)
        {
            var outcome = new RunOutcome(
                RunStatus.Interrupted, null, $"Its worker gave no sign of life for {services.Options.SilenceSeconds} s, at {run.Progress} %.");
            await outcomes.EndAsync(run, outcome, cancellationToken);
            Log.Interrupted(logger, run.Task, run.Id);
        }

        return silent.Count;
    }

    /// <summary>Runs what was due while nobody was there to run it: the last occurrence only, and by one worker only.</summary>
    public async Task MakeUpAsync(CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        foreach (var stored in await schedules.ListAsync(cancellationToken))
        {
            if (stored.Row.Last(now) is { } dueAt && dueAt > stored.ScheduledSince
                && await runs.DueAsync(stored.Row.Task, dueAt, cancellationToken) is { IsOver: false } run)
            {
                Log.MadeUp(logger, stored.Row.Task, dueAt);
                Nudge(run.Id, now);
            }
        }
    }

    private async Task NudgeAsync(CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        var waiting = await runs.WaitingAsync(QuietFor, cancellationToken);
        foreach (var id in _nudged.Keys.Except(waiting))
        {
            _nudged.TryRemove(id, out _);
        }

        foreach (var id in waiting.Where(id => !_nudged.TryGetValue(id, out var at) || now - at > NudgeAgainAfter))
        {
            Nudge(id, now);
        }
    }

    private void Nudge(Guid id, DateTimeOffset now)
    {
        _nudged[id] = now;
        services.Trigger.Enqueue(id);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Task} was interrupted: run {RunId} gives no sign of life")]
        public static partial void Interrupted(ILogger logger, string task, Guid runId);

        [LoggerMessage(2, LogLevel.Information, "{Task} was missed at {DueAt} and is made up for")]
        public static partial void MadeUp(ILogger logger, string task, DateTimeOffset dueAt);
    }
}

/// <summary>What keeping runs needs beside the rows.</summary>
public sealed class RunRecoveryServices(
    MaintenanceRunner runner, MaintenanceEnqueuer trigger, StoredMetrics figures, IOptions<MaintenanceOptions> options, TimeProvider time)
{
    public StoredMetrics Figures => figures;

    public MaintenanceRunner Runner => runner;

    public MaintenanceEnqueuer Trigger => trigger;

    public MaintenanceOptions Options => options.Value;

    public TimeProvider Time => time;
}
