using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using RagAspire.Database;
using RagAspire.Maintenance.Scheduling;
using RagAspire.Security;

namespace RagAspire.Maintenance.Runs;

/// <summary>Selects a page of runs.</summary>
/// <param name="Before">The last id of the previous page; null for the newest runs.</param>
public sealed record RunFilter(string? Task, RunStatus? Status, Guid? Before, int Limit);

/// <summary>Runs as rows. The row decides whether a run may begin and must stop; the queue only tells workers to look.</summary>
public sealed class RunStore(NpgsqlDataSource dataSource, AuditLog audit, Schedule schedule, IOptions<RunOptions> options)
{
    /// <summary>Queues a run. A run that waits for its retry is brought forward instead.</summary>
    /// <param name="argument">The object of the run, such as a backup's id; null for the task's default.</param>
    /// <returns>Null when the task is running or queued already.</returns>
    public async Task<MaintenanceRun?> RequestAsync(
        string task, bool dryRun, string actor, CancellationToken cancellationToken, string? argument = null)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var run = await connection.Command($"""
            update maintenance_runs set not_before = now(), actor = $2
            where task = $1 and status = 'queued' and not_before > now() and dry_run = $3
                and argument is not distinct from $4::text
            returning {MaintenanceRun.Columns}
            """, task, actor, dryRun, argument).FirstAsync(MaintenanceRun.Read, cancellationToken);
        run ??= await connection.Command($"""
            insert into maintenance_runs (id, task, actor, dry_run, argument) values ($1, $2, $3, $4, $5::text)
            on conflict do nothing returning {MaintenanceRun.Columns}
            """, Guid.CreateVersion7(), task, actor, dryRun, argument).FirstAsync(MaintenanceRun.Read, cancellationToken);
        if (run is not null)
        {
            var details = new Dictionary<string, string> { ["task"] = task, ["dryRun"] = dryRun ? "true" : "false" };
            if (argument is not null)
            {
                details["argument"] = argument;
            }

            var entry = new AuditEntry(actor, "maintenance.request", run.Id.ToString(), null) { Details = details };
            await audit.WriteAsync(connection, entry, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return run;
    }

    /// <summary>Queues the run of one occurrence of the schedule, once for all workers.</summary>
    /// <returns>Null when the occurrence has a run already.</returns>
    public async Task<MaintenanceRun?> DueAsync(string task, DateTimeOffset dueAt, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await InsertAsync("queued") ?? await InsertAsync("skipped");

        // While another run of the task is not over, the occurrence is recorded as skipped, once.
        Task<MaintenanceRun?> InsertAsync(string status) => connection.Command($"""
            insert into maintenance_runs (id, task, actor, due_at, status, finished_at, error)
            select $1, $2, 'schedule', $3, $4, case when $4 = 'skipped' then now() end,
                case when $4 = 'skipped' then 'Another run of the task was not over yet.' end
            where not exists (select from maintenance_runs where task = $2 and due_at >= $3)
            on conflict do nothing returning {MaintenanceRun.Columns}
            """, Guid.CreateVersion7(), task, dueAt, status).FirstAsync(MaintenanceRun.Read, cancellationToken);
    }

    public async Task<MaintenanceRun?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await dataSource.Command($"select {MaintenanceRun.Columns} from maintenance_runs where id = $1", id)
            .FirstAsync(MaintenanceRun.Read, cancellationToken);

    /// <summary>A page of runs, the newest first.</summary>
    public async Task<Page<MaintenanceRun>> ListAsync(RunFilter filter, CancellationToken cancellationToken)
    {
        var rows = await dataSource.Command($"""
            select {MaintenanceRun.Columns} from maintenance_runs
            where ($1::text is null or task = $1) and ($2::text is null or status = $2) and ($3::uuid is null or id < $3)
            order by id desc limit $4
            """, filter.Task, filter.Status?.Word(), filter.Before, filter.Limit + 1)
            .ListAsync(MaintenanceRun.Read, cancellationToken);
        return Page.From(rows, filter.Limit, run => run.Id.ToString());
    }

    /// <summary>Each task's newest run, and its newest run with a report.</summary>
    public async Task<ILookup<string, MaintenanceRun>> NewestAsync(CancellationToken cancellationToken) =>
        (await dataSource.Command($"""
            (select distinct on (task) {MaintenanceRun.Columns} from maintenance_runs order by task, id desc)
            union
            (select distinct on (task) {MaintenanceRun.Columns} from maintenance_runs where report is not null
                order by task, id desc)
            """).ListAsync(MaintenanceRun.Read, cancellationToken))
            .OrderByDescending(run => run.Id).ToLookup(run => run.Task);

    /// <summary>A task's succeeded runs with a report, the newest first.</summary>
    public async Task<IReadOnlyList<MaintenanceRun>> SucceededAsync(
        string task, int limit, CancellationToken cancellationToken) =>
        await dataSource.Command($"""
            select {MaintenanceRun.Columns} from maintenance_runs
            where task = $1 and status = 'succeeded' and report is not null order by id desc limit $2
            """, task, limit).ListAsync(MaintenanceRun.Read, cancellationToken);

    /// <summary>Cancels a run: a queued one at once, a running one at its next heartbeat.</summary>
    /// <returns>Null when it is over or does not exist.</returns>
    public async Task<MaintenanceRun?> CancelAsync(Guid id, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var run = await connection.Command($"""
            update maintenance_runs set cancel_requested_by = coalesce(cancel_requested_by, $2),
                status = case when status = 'queued' then 'cancelled' else status end,
                finished_at = case when status = 'queued' then now() end,
                error = case when status = 'queued' then 'Cancelled by ' || $2 || ' before it began.' end
            where id = $1 and status in ('queued', 'running') returning {MaintenanceRun.Columns}
            """, id, actor).FirstAsync(MaintenanceRun.Read, cancellationToken);
        if (run is not null)
        {
            var entry = new AuditEntry(actor, "maintenance.cancel", id.ToString(), null);
            await audit.WriteAsync(connection, entry, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return run;
    }

    /// <summary>
    /// Ends a run, in one transaction with its audit entry, the time of the last success and the retry. A worker whose run
    /// was marked as interrupted by mistake corrects it here.
    /// </summary>
    /// <param name="hasBegun">False to end the run only if no other process has begun it meanwhile.</param>
    /// <returns>The run as it is now, and whether a retry was queued; null when the run had ended before.</returns>
    public async Task<(MaintenanceRun Run, bool Retried)?> EndAsync(
        MaintenanceRun run, RunOutcome outcome, bool hasBegun, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var error = new NpgsqlParameter { Value = (object?)outcome.Error ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
        var ended = await connection.Command($"""
            update maintenance_runs set status = $2, finished_at = now(), report = $3, error = $4,
                progress = case when $2 = 'succeeded' then 100 else progress end, step = null
            where id = $1 and (status = 'queued' or ($5 and status in ('running', 'interrupted')))
            returning {MaintenanceRun.Columns}
            """, run.Id, outcome.Status.Word(), ReportJson.Parameter(outcome.Report), error, hasBegun)
            .FirstAsync(MaintenanceRun.Read, cancellationToken);
        if (ended is null)
        {
            return null;
        }

        if (outcome.Status == RunStatus.Succeeded && !run.DryRun)
        {
            await connection.Command("update maintenance_schedules set last_success_at = now() where task = $1", run.Task)
                .ExecuteAsync(cancellationToken);
        }

        var retried = outcome.Status is RunStatus.Failed or RunStatus.Interrupted
            && await RetryAsync(connection, run, cancellationToken);
        await audit.WriteAsync(connection, Entry(run, outcome), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (ended, retried);
    }

    /// <summary>Runs that are still queued some time after they could begin.</summary>
    /// <param name="queuedFor">How long they have been queued at least.</param>
    public async Task<IReadOnlyList<Guid>> WaitingAsync(TimeSpan queuedFor, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            select id from maintenance_runs
            where status = 'queued' and not_before <= now() and queued_at <= now() - $1::interval order by id
            """, queuedFor).ListAsync(row => row.GetGuid(0), cancellationToken);

    /// <summary>Running runs without a recent heartbeat.</summary>
    /// <param name="except">Runs of this process, which knows that they are alive.</param>
    public async Task<IReadOnlyList<MaintenanceRun>> WithoutHeartbeatAsync(
        TimeSpan timeout, IReadOnlyCollection<Guid> except, CancellationToken cancellationToken) =>
        await dataSource.Command($"""
            select {MaintenanceRun.Columns} from maintenance_runs
            where status = 'running' and heartbeat_at < now() - $1::interval and not (id = any($2))
            """, timeout, except.ToArray()).ListAsync(MaintenanceRun.Read, cancellationToken);

    /// <summary>Deletes old finished runs; the last 20 of each task are kept.</summary>
    public async Task<int> PruneAsync(CancellationToken cancellationToken) =>
        await dataSource.Command("""
            delete from maintenance_runs where finished_at < now() - make_interval(days => $1) and id not in (
                select id from (
                    select id, row_number() over (partition by task order by id desc) as age from maintenance_runs) runs
                where age <= 20)
            """, options.Value.KeepRunsDays).ExecuteAsync(cancellationToken);

    /// <summary>Queues the retry of a scheduled run while its schedule allows one more.</summary>
    private async Task<bool> RetryAsync(NpgsqlConnection connection, MaintenanceRun run, CancellationToken cancellationToken) =>
        run.DueAt is not null
        && run.Attempt <= (schedule.Find(run.Task)?.Retries ?? 0)
        && await connection.Command("""
            insert into maintenance_runs (id, task, actor, dry_run, due_at, attempt, not_before)
            values ($1, $2, $3, $4, $5, $6, now() + $7::interval) on conflict do nothing
            """,
            Guid.CreateVersion7(), run.Task, run.Actor, run.DryRun, run.DueAt, run.Attempt + 1,
            options.Value.DelayAfter(run.Attempt)).ExecuteAsync(cancellationToken) > 0;

    private static AuditEntry Entry(MaintenanceRun run, RunOutcome outcome)
    {
        var details = new Dictionary<string, string> { ["task"] = run.Task, ["status"] = outcome.Status.Word() };
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
}
