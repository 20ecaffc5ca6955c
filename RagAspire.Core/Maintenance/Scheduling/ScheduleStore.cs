using Npgsql;
using RagAspire.Database;
using RagAspire.Jobs;

namespace RagAspire.Maintenance.Scheduling;

/// <summary>A task's schedule as the workers last stored it.</summary>
/// <param name="ScheduledSince">Since when it is scheduled as it is: nothing before that was missed.</param>
/// <param name="IsIdle">Its last run found that there is nothing that it could do.</param>
public sealed record StoredSchedule(
    ScheduleRow Row, DateTimeOffset FirstStoredAt, DateTimeOffset ScheduledSince, DateTimeOffset? LastSuccessAt, bool IsIdle);

/// <summary>The schedule in the database, for the API, the metrics and whoever makes up for missed runs.</summary>
public sealed class ScheduleStore(NpgsqlDataSource dataSource, Schedule schedule, TaskRegistry tasks, JobMetrics metrics)
{
    /// <summary>Stores the rows of this process' configuration whose task there is.</summary>
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

        await dataSource.Command("delete from maintenance_schedules where not (task = any($1))", (object)Rows.Select(row => row.Task).ToArray())
            .ExecuteAsync(cancellationToken);
    }

    /// <summary>The rows of this process whose task there is.</summary>
    public IReadOnlyList<ScheduleRow> Rows => [.. schedule.Rows.Where(row => tasks.Find(row.Task) is not null)];

    public async Task<IReadOnlyList<StoredSchedule>> ListAsync(CancellationToken cancellationToken) =>
        await dataSource.Command("""
            select s.*, coalesce((
                select r.status = 'skipped' and r.report is not null from maintenance_runs r
                where r.task = s.task and r.status in ('succeeded', 'failed', 'skipped') and not r.dry_run order by r.id desc limit 1), false) as is_idle
            from maintenance_schedules s order by task
            """).ListAsync(Read, cancellationToken);

    /// <summary>Brings the metrics up to what the database says.</summary>
    public async Task<IReadOnlyList<StoredSchedule>> MeasureAsync(CancellationToken cancellationToken)
    {
        var stored = await ListAsync(cancellationToken);

        // Skipped is no success, but what has nothing to do needs nobody's attention either.
        metrics.Schedules([.. stored.Where(one => one.Row.IsScheduled && !one.IsIdle).Select(
            one => new JobFreshness(one.Row.Task, one.LastSuccessAt ?? one.FirstStoredAt, one.Row.AlertAfter))]);
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
