using Npgsql;
using RagAspire.Database;
using RagAspire.Jobs;

namespace RagAspire.Maintenance.Scheduling;

/// <summary>A row of the schedule as the workers stored it last.</summary>
/// <param name="ScheduledSince">When its times were last changed: no earlier occurrence was missed.</param>
/// <param name="IsIdle">The last run had nothing to do.</param>
public sealed record StoredSchedule(
    ScheduleRow Row, DateTimeOffset FirstStoredAt, DateTimeOffset ScheduledSince, DateTimeOffset? LastSuccessAt, bool IsIdle);

/// <summary>The schedule in the database, which the API, the metrics and the recovery of missed runs read.</summary>
public sealed class ScheduleStore(NpgsqlDataSource dataSource, Schedule schedule, TaskRegistry tasks, JobMetrics metrics)
{
    /// <summary>Stores the rows of this process, and deletes all others.</summary>
    public async Task StoreAsync(CancellationToken cancellationToken)
    {
        foreach (var row in Rows)
        {
            await dataSource.Command("""
                insert into maintenance_schedules (task, cron, time_zone, time_limit, alert_after, retries, enabled)
                values ($1, $2::text, $3, $4, $5::interval, $6, $7)
                on conflict (task) do update set cron = excluded.cron, time_zone = excluded.time_zone,
                    time_limit = excluded.time_limit, alert_after = excluded.alert_after, retries = excluded.retries,
                    enabled = excluded.enabled, scheduled_since = case
                        when (maintenance_schedules.cron, maintenance_schedules.time_zone, maintenance_schedules.enabled)
                            is distinct from (excluded.cron, excluded.time_zone, excluded.enabled) then now()
                        else maintenance_schedules.scheduled_since end
                """, row.Task, row.Cron, row.TimeZone, row.TimeLimit, row.AlertAfter, row.Retries, row.Enabled)
                .ExecuteAsync(cancellationToken);
        }

        var names = Rows.Select(row => row.Task).ToArray();
        await dataSource.Command("delete from maintenance_schedules where not (task = any($1))", (object)names)
            .ExecuteAsync(cancellationToken);
    }

    /// <summary>The configured rows of registered tasks.</summary>
    public IReadOnlyList<ScheduleRow> Rows => [.. schedule.Rows.Where(row => tasks.Find(row.Task) is not null)];

    public async Task<IReadOnlyList<StoredSchedule>> ListAsync(CancellationToken cancellationToken) =>
        await dataSource.Command("""
            select s.*, coalesce((
                select r.status = 'skipped' and r.report is not null from maintenance_runs r
                where r.task = s.task and r.status in ('succeeded', 'failed', 'skipped') and not r.dry_run
                order by r.id desc limit 1), false) as is_idle
            from maintenance_schedules s order by task
            """).ListAsync(Read, cancellationToken);

    /// <summary>Updates the metrics from the database.</summary>
    public async Task<IReadOnlyList<StoredSchedule>> MeasureAsync(CancellationToken cancellationToken)
    {
        var stored = await ListAsync(cancellationToken);

        // Idle tasks are not exported, so that JobNotSucceeded does not fire for them.
        metrics.Schedules([.. stored.Where(row => row.Row.IsScheduled && !row.IsIdle).Select(
            row => new JobFreshness(row.Row.Task, row.LastSuccessAt ?? row.FirstStoredAt, row.Row.AlertAfter))]);
        return stored;
    }

    private static StoredSchedule Read(NpgsqlDataReader row) => new(
        new ScheduleRow(
            row.Field<string>("task"),
            row.Nullable<string>("cron"),
            row.Field<string>("time_zone"),
            row.Field<TimeSpan>("time_limit"),
            row.Nullable<TimeSpan?>("alert_after"),
            row.Field<int>("retries"),
            row.Field<bool>("enabled")),
        row.Field<DateTimeOffset>("first_stored_at"),
        row.Field<DateTimeOffset>("scheduled_since"),
        row.Nullable<DateTimeOffset?>("last_success_at"),
        row.Field<bool>("is_idle"));
}
