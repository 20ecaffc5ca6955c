using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Maintenance.Runs;

/// <summary>Executes one run that waits: holds its task, watches its time, and writes down how it ended.</summary>
public sealed partial class MaintenanceRunner(
    NpgsqlDataSource dataSource, RunOutcomes outcomes, TaskRegistry tasks, RunTelemetry telemetry, IOptions<MaintenanceOptions> options)
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan EndPause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, bool> _running = new();

    /// <summary>The runs of this process.</summary>
    public IReadOnlyCollection<Guid> Running => [.. _running.Keys];

    /// <summary>Executes a run if it still waits.</summary>
    /// <param name="watcher">Told of the progress too; null where nobody watches.</param>
    /// <param name="stopping">The process stops: the run ends interrupted.</param>
    /// <returns>The run when it is over; null when somebody else has it.</returns>
    public async Task<MaintenanceRun?> RunAsync(MaintenanceRun waiting, IProgress<TaskProgress>? watcher, CancellationToken stopping)
    {
        var patience = options.Value.Silence;
        var hold = await RunLock.TakeAsync(dataSource, waiting.Task, patience, telemetry.Logger, stopping);
        if (hold is null)
        {
            // Who holds it may be at this very run, when the queue has called twice.
            var skipped = new RunOutcome(RunStatus.Skipped, null, "Another process holds the task.");
            return (await outcomes.EndAsync(waiting, skipped, stopping, hasBegun: false))?.Run;
        }

        await using (hold)
        {
            if (await hold.BeginAsync(waiting.Id, options.Value.Heartbeat, stopping) is not { } run)
            {
                return null;
            }

            _running[run.Id] = true;
            try
            {
                return await ExecuteAsync(run, hold, watcher, stopping);
            }
            finally
            {
                _running.TryRemove(run.Id, out _);
            }
        }
    }

    private async Task<MaintenanceRun?> ExecuteAsync(
        MaintenanceRun run, RunLock hold, IProgress<TaskProgress>? watcher, CancellationToken stopping)
    {
        using var observed = telemetry.Begin(run);
        var limit = tasks.TimeLimit(run.Task);
        using var late = new CancellationTokenSource(limit, tasks.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(hold.Stopped, late.Token, stopping);
        var progress = new Progress(hold, watcher);
        RunOutcome outcome;
        try
        {
            var task = tasks.Find(run.Task) ?? throw new MaintenanceException($"This process knows no task '{run.Task}'.");
            var report = await task.RunAsync(new TaskContext(run.Id, run.DryRun, run.Actor, progress) { Argument = run.Argument }, either.Token);
            outcome = RunOutcome.Of(report);
        }
        catch (Exception ex) when (IsFailure(ex))
        {
            // Whatever a stopped task throws, it was the stop.
            observed.Threw(ex);
            outcome = Stopped(hold, limit, late.Token, stopping) ?? new RunOutcome(RunStatus.Failed, null, Reason(ex));
        }

        var ended = await EndAsync(run, outcome, stopping);
        await observed.EndedAsync(ended?.Run ?? run, outcome, ended?.Retried ?? false);
        return ended?.Run;
    }

    private static RunOutcome? Stopped(RunLock hold, TimeSpan limit, CancellationToken late, CancellationToken stopping) =>
        hold.LostBecause is { } lost ? new RunOutcome(RunStatus.Failed, null, lost)
        : hold.StoppedBy is { } by ? new RunOutcome(RunStatus.Cancelled, null, $"Cancelled by {by}.")
        : late.IsCancellationRequested ? new RunOutcome(RunStatus.Failed, null, $"It was not done within its time limit of {limit}.")
        : stopping.IsCancellationRequested ? new RunOutcome(RunStatus.Interrupted, null, "Its process was stopped.")
        : null;

    [SuppressMessage("Design", "CA1031", Justification = "A task is anybody's code: whatever it throws is why its run failed.")]
    private static bool IsFailure(Exception exception) => exception is not OutOfMemoryException;

    private static string Reason(Exception exception) => exception switch
    {
        MaintenanceException => exception.Message,
        PostgresException postgres => $"PostgreSQL refused ({postgres.SqlState}): {postgres.MessageText}",
        _ when Unavailability.IsUnavailable(exception) => $"The database cannot be reached: {exception.Message}",
        _ => $"{exception.GetType().Name}: {exception.Message}",
    };

    /// <summary>
    /// Writes down how it ended, and waits for a database that is away: a run must not stay "running" because it failed
    /// together with the database.
    /// </summary>
    private async Task<(MaintenanceRun Run, bool Retried)?> EndAsync(MaintenanceRun run, RunOutcome outcome, CancellationToken stopping)
    {
        var startedAt = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await outcomes.EndAsync(run, outcome, CancellationToken.None);
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex)
                && !stopping.IsCancellationRequested && Stopwatch.GetElapsedTime(startedAt) < EndPatience)
            {
                await Task.Delay(EndPause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private sealed class Progress(RunLock hold, IProgress<TaskProgress>? watcher) : IProgress<TaskProgress>
    {
        public void Report(TaskProgress value)
        {
            hold.Report(value);
            watcher?.Report(value);
        }
    }
}
