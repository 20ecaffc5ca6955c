using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Npgsql;
using RagAspire.Database;
using RagAspire.Maintenance.Scheduling;

namespace RagAspire.Maintenance.Runs;

/// <summary>Executes a queued run: locks its task, enforces the time limit and stores the outcome.</summary>
public sealed class MaintenanceRunner(
    RunLocks locks, RunStore runs, TaskRegistry tasks, RunTelemetry telemetry, TimeProvider time)
{
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan StorePause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, bool> _running = new();

    /// <summary>The runs that this process executes.</summary>
    public IReadOnlyCollection<Guid> Running => [.. _running.Keys];

    /// <summary>Executes a run if it is still queued.</summary>
    /// <param name="progress">Receives the progress too; null when it is only stored.</param>
    /// <param name="stopping">The process stops: the run ends interrupted.</param>
    /// <returns>The finished run; null when another process executes it.</returns>
    public async Task<MaintenanceRun?> RunAsync(
        MaintenanceRun queued, IProgress<TaskProgress>? progress, CancellationToken stopping)
    {
        if (await locks.TakeAsync(queued.Task, stopping) is not { } runLock)
        {
            // Hangfire may deliver a job twice, so the holder of the lock may execute this very run.
            var skipped = new RunOutcome(RunStatus.Skipped, null, "Another process executes the task.");
            return (await runs.EndAsync(queued, skipped, hasBegun: false, stopping))?.Run;
        }

        await using (runLock)
        {
            if (await runLock.BeginAsync(queued.Id, stopping) is not { } run)
            {
                return null;
            }

            _running[run.Id] = true;
            try
            {
                return await ExecuteAsync(run, runLock, progress, stopping);
            }
            finally
            {
                _running.TryRemove(run.Id, out _);
            }
        }
    }

    private async Task<MaintenanceRun?> ExecuteAsync(
        MaintenanceRun run, RunLock runLock, IProgress<TaskProgress>? progress, CancellationToken stopping)
    {
        using var observed = telemetry.Begin(run);
        var limit = tasks.TimeLimit(run.Task);
        using var timeout = new CancellationTokenSource(limit, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            [runLock.Cancelled, runLock.Lost, timeout.Token, stopping]);
        RunOutcome outcome;
        try
        {
            var task = tasks.Find(run.Task) ?? throw new MaintenanceException($"This process has no task '{run.Task}'.");
            var context = new TaskContext(run.Id, run.DryRun, run.Actor, new RunProgress(runLock, progress))
            {
                Argument = run.Argument,
            };
            outcome = RunOutcome.Of(await task.RunAsync(context, stop.Token));
        }
        catch (Exception ex) when (IsFailure(ex))
        {
            // A stopped task may throw anything; the reason for the stop is the better outcome.
            observed.Threw(ex);
            outcome = Stopped(runLock, limit, timeout.Token, stopping) ?? new RunOutcome(RunStatus.Failed, null, Reason(ex));
        }

        var ended = await StoreAsync(run, outcome, stopping);
        await observed.EndedAsync(ended?.Run ?? run, outcome, ended?.Retried ?? false);
        return ended?.Run;
    }

    private static RunOutcome? Stopped(RunLock runLock, TimeSpan limit, CancellationToken timeout, CancellationToken stopping) =>
        runLock.LostBecause is { } lost ? new RunOutcome(RunStatus.Failed, null, lost)
        : runLock.CancelledBy is { } actor ? new RunOutcome(RunStatus.Cancelled, null, $"Cancelled by {actor}.")
        : timeout.IsCancellationRequested ? new RunOutcome(RunStatus.Failed, null, $"The time limit of {limit} was exceeded.")
        : stopping.IsCancellationRequested ? new RunOutcome(RunStatus.Interrupted, null, "Its process was stopped.")
        : null;

    [SuppressMessage("Design", "CA1031", Justification = "A task may throw anything: its exception is why the run failed.")]
    private static bool IsFailure(Exception exception) => exception is not OutOfMemoryException;

    private static string Reason(Exception exception) => exception switch
    {
        MaintenanceException => exception.Message,
        PostgresException postgres => $"PostgreSQL refused ({postgres.SqlState}): {postgres.MessageText}",
        _ when Unavailability.IsUnavailable(exception) => $"The database cannot be reached: {exception.Message}",
        _ => $"{exception.GetType().Name}: {exception.Message}",
    };

    /// <summary>
    /// Stores the outcome, and waits for a database that is away: a run that failed together with the database must not stay
    /// "running".
    /// </summary>
    private async Task<(MaintenanceRun Run, bool Retried)?> StoreAsync(
        MaintenanceRun run, RunOutcome outcome, CancellationToken stopping)
    {
        var startedAt = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await runs.EndAsync(run, outcome, hasBegun: true, CancellationToken.None);
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex)
                && !stopping.IsCancellationRequested && time.GetElapsedTime(startedAt) < StoreTimeout)
            {
                await Task.Delay(StorePause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private sealed class RunProgress(RunLock runLock, IProgress<TaskProgress>? next) : IProgress<TaskProgress>
    {
        public void Report(TaskProgress value)
        {
            runLock.Report(value);
            next?.Report(value);
        }
    }
}
