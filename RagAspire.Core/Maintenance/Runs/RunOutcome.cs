using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using RagAspire.Database;
using RagAspire.Maintenance.Scheduling;
using RagAspire.Security;

namespace RagAspire.Maintenance.Runs;

/// <summary>How a run ended.</summary>
/// <param name="Report">What it came to, where it came to an end.</param>
/// <param name="Error">Why it did not succeed.</param>
public sealed record RunOutcome(RunStatus Status, TaskReport? Report, string? Error)
{
    /// <summary>Failed things make a failed run; nothing to do for a reason is skipped and no success.</summary>
    public static RunOutcome Of(TaskReport report) => report switch
    {
        { Failed: > 0 } => new RunOutcome(
            RunStatus.Failed, report, $"{report.Failed} of {report.Examined} failed; the report's notes say which and why."),
        { Skipped: { } reason } => new RunOutcome(RunStatus.Skipped, report, reason),
        _ => new RunOutcome(RunStatus.Succeeded, report, null),
    };
}

/// <summary>Writes down how runs ended, and puts another try in line where one is left.</summary>
public sealed class RunOutcomes(
    NpgsqlDataSource dataSource, AuditLog audit, Schedule schedule, IOptions<MaintenanceOptions> options)
{
    /// <summary>
    /// Ends a run, in one transaction with its audit entry, the date of the last success and the next try. A run that
    /// others took for interrupted is corrected by the worker that knows better.
    /// </summary>
    /// <param name="hasBegun">False for a run that is ended before it begins: somebody else may have begun it meanwhile.</param>
    /// <returns>The run as it is now, and whether it is tried again; null when it had ended before.</returns>
    public async Task<(MaintenanceRun Run, bool Retried)?> EndAsync(
        MaintenanceRun run, RunOutcome outcome, CancellationToken cancellationToken, bool hasBegun = true)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var ended = await connection.Command($"""
            update maintenance_runs set status = $2, finished_at = now(), report = $3, error = $4,
                progress = case when $2 = 'succeeded' then 100 else progress end, step = null
            where id = $1 and (status = 'queued' or ($5 and status in ('running', 'interrupted'))) returning {MaintenanceRun.Columns}
            """, run.Id, Word(outcome.Status), Json(outcome.Report), Text(outcome.Error), hasBegun).FirstAsync(MaintenanceRun.Read, cancellationToken);
        if (ended is null)
        {
            return null;
        }

        if (outcome.Status == RunStatus.Succeeded && !run.DryRun)
        {
            await connection.Command("update maintenance_schedules set last_success_at = now() where task = $1", run.Task)
                .ExecuteAsync(cancellationToken);
        }

        var retried = outcome.Status is RunStatus.Failed or RunStatus.Interrupted && await RetryAsync(connection, run, cancellationToken);
        await audit.WriteAsync(connection, Entry(run, outcome), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (ended, retried);
    }

    /// <summary>Puts the next try of an occurrence in line.</summary>
    private async Task<bool> RetryAsync(NpgsqlConnection connection, MaintenanceRun run, CancellationToken cancellationToken) =>
        run.DueAt is not null
        && run.Attempt <= (schedule.Find(run.Task)?.Retries ?? 0)
        && await connection.Command("""
            insert into maintenance_runs (id, task, actor, dry_run, due_at, attempt, not_before)
            values ($1, $2, $3, $4, $5, $6, now() + $7::interval) on conflict do nothing
            """, Guid.CreateVersion7(), run.Task, run.Actor, run.DryRun, run.DueAt, run.Attempt + 1, options.Value.DelayAfter(run.Attempt))
            .ExecuteAsync(cancellationToken) > 0;

    private static AuditEntry Entry(MaintenanceRun run, RunOutcome outcome)
    {
        var details = new Dictionary<string, string> { ["task"] = run.Task, ["status"] = Word(outcome.Status) };
        if (run.DryRun)
        {
            details["dryRun"] = "true";
        }

        if (outcome.Report is { } report)
        {
            details["examined"] = FormattableString.Invariant($"{report.Examined}");
            details["changed"] = FormattableString.Invariant($"{report.Changed}");
            details["failed"] = FormattableString.Invariant($"{report.Failed}");
        }

        return new AuditEntry(run.Actor, "maintenance.run", run.Id.ToString(), null) { Details = details };
    }

    private static NpgsqlParameter Json(TaskReport? report) => new()
    {
        Value = report is null ? DBNull.Value : JsonSerializer.Serialize(report, MaintenanceRun.ReportJson),
        NpgsqlDbType = NpgsqlDbType.Jsonb,
    };

    private static NpgsqlParameter Text(string? text) => new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static string Word(RunStatus status) => status.ToString().ToLowerInvariant();
}
