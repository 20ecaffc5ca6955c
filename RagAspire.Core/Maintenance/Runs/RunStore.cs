using Npgsql;
using RagAspire.Database;
using RagAspire.Security;

namespace RagAspire.Maintenance.Runs;

/// <summary>Which runs a page shows.</summary>
/// <param name="Before">The last id of the page before; null for the newest runs.</param>
public sealed record RunFilter(string? Task, RunStatus? Status, Guid? Before, int Limit);

/// <summary>Runs as rows. The row is the truth: who executes it looks here whether it may begin and must stop.</summary>
public sealed class RunStore(NpgsqlDataSource dataSource, AuditLog audit)
{
    /// <summary>Somebody wants a run. One that waits for another try is brought forward instead.</summary>
    /// <param name="argument">The object of the run, such as a backup's id; null for the task's default.</param>
    /// <returns>Null when the task runs already or waits for a worker.</returns>
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
            await audit.WriteAsync(
                connection, new AuditEntry(actor, "maintenance.request", run.Id.ToString(), null) { Details = details }, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return run;
    }

    /// <summary>The run of one occurrence of the schedule. It is made once, by whichever worker comes first.</summary>
    /// <returns>Null when it was made before.</returns>
    public async Task<MaintenanceRun?> DueAsync(string task, DateTimeOffset dueAt, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await InsertAsync("queued") ?? await InsertAsync("skipped");

        // Where another run of the task stands in the way, the occurrence is noted as skipped, once.
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
    public async Task<IReadOnlyList<MaintenanceRun>> ListAsync(RunFilter filter, CancellationToken cancellationToken) =>
        await dataSource.Command($"""
            select {MaintenanceRun.Columns} from maintenance_runs
            where ($1::text is null or task = $1) and ($2::text is null or status = $2) and ($3::uuid is null or id < $3)
            order by id desc limit $4
            """, filter.Task, filter.Status?.ToString().ToLowerInvariant(), filter.Before, filter.Limit)
            .ListAsync(MaintenanceRun.Read, cancellationToken);

    /// <summary>Each task's newest run, and its newest one that has a report.</summary>
    public async Task<ILookup<string, MaintenanceRun>> NewestAsync(CancellationToken cancellationToken) =>
        (await dataSource.Command($"""
            (select distinct on (task) {MaintenanceRun.Columns} from maintenance_runs order by task, id desc)
            union
            (select distinct on (task) {MaintenanceRun.Columns} from maintenance_runs where report is not null order by task, id desc)
            """).ListAsync(MaintenanceRun.Read, cancellationToken))
            .OrderByDescending(run => run.Id).ToLookup(run => run.Task);

    /// <summary>The reports of a task's runs that succeeded, the newest first.</summary>
    public async Task<IReadOnlyList<MaintenanceRun>> SucceededAsync(string task, int limit, CancellationToken cancellationToken) =>
        await dataSource.Command($"""
            select {MaintenanceRun.Columns} from maintenance_runs
            where task = $1 and status = 'succeeded' and report is not null order by id desc limit $2
            """, task, limit).ListAsync(MaintenanceRun.Read, cancellationToken);

    /// <summary>Stops a run: one that waits at once, one that runs within a second or two.</summary>
    /// <returns>Null when it is over already or there is none.</returns>
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
            await audit.WriteAsync(connection, new AuditEntry(actor, "maintenance.cancel", id.ToString(), null), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return run;
    }

    /// <summary>Runs that have waited for some time although they may begin.</summary>
    public async Task<IReadOnlyList<Guid>> WaitingAsync(TimeSpan quietFor, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            select id from maintenance_runs
            where status = 'queued' and not_before <= now() and queued_at <= now() - $1::interval order by id
            """, quietFor).ListAsync(row => row.GetGuid(0), cancellationToken);

    /// <summary>Runs whose worker fell silent.</summary>
    /// <param name="ours">Runs of this process, of which it knows better.</param>
    public async Task<IReadOnlyList<MaintenanceRun>> SilentAsync(
        TimeSpan silence, IReadOnlyCollection<Guid> ours, CancellationToken cancellationToken) =>
        await dataSource.Command($"""
            select {MaintenanceRun.Columns} from maintenance_runs
            where status = 'running' and heartbeat_at < now() - $1::interval and not (id = any($2))
            """, silence, ours.ToArray()).ListAsync(MaintenanceRun.Read, cancellationToken);

    /// <summary>Removes what is long over; each task keeps its last runs.</summary>
    public async Task<int> PruneAsync(int keepDays, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            delete from maintenance_runs where finished_at < now() - make_interval(days => $1) and id not in (
                select id from (
                    select id, row_number() over (partition by task order by id desc) as age from maintenance_runs) runs
                where age <= 20)
            """, keepDays).ExecuteAsync(cancellationToken);
}
