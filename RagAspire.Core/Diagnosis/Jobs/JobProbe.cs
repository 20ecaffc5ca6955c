using Microsoft.Extensions.Options;
using RagAspire.Diagnosis.Postgres;

namespace RagAspire.Diagnosis.Jobs;

/// <summary>Examines the job storage and the runs of maintenance, as the database holds them.</summary>
public sealed class JobProbe(DatabaseReader database, IOptions<JobDiagnosisOptions> options) : IProbe
{
    private const string LongestQueue = """
        select coalesce(max(n), 0) from (select count(*) as n from hangfire.jobqueue where fetchedat is null group by queue) as queues
        """;

    public string Name => "jobs";

    public Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<Observation>>(
            async session =>
            [
                .. await ServersAsync(session, window, cancellationToken),
                .. await QueuesAsync(session, window, cancellationToken),
                .. await FailuresAsync(session, window, cancellationToken),
                .. await OverdueAsync(session, cancellationToken),
                .. await StuckAsync(session, cancellationToken),
            ],
            cancellationToken);

    private async Task<IReadOnlyList<Observation>> ServersAsync(
        PostgresSession session, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        const string sql = "select id, extract(epoch from now() - lastheartbeat)::float8, lastheartbeat from hangfire.server order by 2";
        var servers = await session.ListAsync(
            sql, row => (Id: row.GetString(0), Age: row.GetDouble(1), At: row.GetFieldValue<DateTimeOffset>(2)),
                cancellationToken);
        var limit = Quantity.Seconds(options.Value.Heartbeat);
        if (servers is [var youngest, ..])
        {
            window.Figures.Add(new Figure(
                Name, "last report", "workers", Math.Round(youngest.Age, 1), options.Value.Heartbeat.TotalSeconds, "s",
                "select extract(epoch from now() - max(lastheartbeat)) from hangfire.server"));
        }

        var dead = servers.Where(server => server.Age > options.Value.Heartbeat.TotalSeconds).ToList();
        if (dead.Count == servers.Count)
        {
            return [new Observation(
                JobCodes.NoServer,
                servers is [var last, ..] ? $"The last worker reported {Quantity.Seconds(Math.Round(last.Age))} ago." : "No worker has registered.",
                [new Evidence(sql, servers is [var one, ..] ? Quantity.Seconds(Math.Round(one.Age)) : "no rows", limit)])
            {
                Since = servers is [var newest, ..] ? newest.At : null,
            }];
        }

        return [.. dead.Select(server => new Observation(
            JobCodes.DeadServer, $"The worker {server.Id} reported {Quantity.Seconds(Math.Round(server.Age))} ago.",
            [new Evidence(
                $"select now() - lastheartbeat from hangfire.server where id = '{server.Id}'", Quantity.Seconds(Math.Round(server.Age)), limit)])
        {
            Subject = server.Id,
            Since = server.At,
        })];
    }

    private async Task<IReadOnlyList<Observation>> QueuesAsync(
        PostgresSession session, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var queues = await session.ListAsync(
            """
            select q.queue, count(*), coalesce(extract(epoch from now() - min(s.createdat)), 0)::float8
            from hangfire.jobqueue q
            left join hangfire.job j on j.id = q.jobid
            left join hangfire.state s on s.id = j.stateid and s.name = 'Enqueued'
            where q.fetchedat is null group by 1
            """,
            row => (Name: row.GetString(0), Length: row.GetInt64(1), Age: row.GetDouble(2)), cancellationToken);
        window.Figures.Add(new Figure(
            Name, "jobs that wait", "longest queue", queues.Select(queue => queue.Length).DefaultIfEmpty().Max(),
            options.Value.QueueLength, "", LongestQueue));
        var found = new List<Observation>();
        foreach (var queue in queues)
        {
            if (queue.Length > options.Value.QueueLength)
            {
                found.Add(new Observation(
                    JobCodes.QueueLong, $"{queue.Length} jobs wait in the queue {queue.Name}.",
                    [new Evidence(
                        $"select count(*) from hangfire.jobqueue where fetchedat is null and queue = '{queue.Name}'",
                        Quantity.Count(queue.Length, "jobs"), Quantity.Count(options.Value.QueueLength, "jobs"))])
                {
                    Subject = queue.Name,
                });
            }

            if (queue.Age > options.Value.Waiting.TotalSeconds)
            {
                found.Add(new Observation(
                    JobCodes.QueueOld, $"The oldest job of the queue {queue.Name} has waited for {Quantity.Seconds(Math.Round(queue.Age))}.",
                    [new Evidence(
                        "select now() - min(s.createdat) from hangfire.jobqueue q join hangfire.job j on j.id = q.jobid join hangfire.state s "
                        + $"on s.id = j.stateid where q.fetchedat is null and q.queue = '{queue.Name}'",
                        Quantity.Seconds(Math.Round(queue.Age)), Quantity.Seconds(options.Value.Waiting))])
                {
                    Subject = queue.Name,
                });
            }
        }

        return found;
    }

    private async Task<IReadOnlyList<Observation>> FailuresAsync(
        PostgresSession session, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var failures = await session.ListAsync(
            $"""
            select split_part(j.invocationdata->>'Type', ',', 1), count(*), min(s.createdat),
                (array_agg(coalesce(s.data->>'ExceptionMessage', '') order by s.createdat desc))[1]
            from hangfire.state s join hangfire.job j on j.id = s.jobid
            where s.name = 'Failed' and s.createdat >= {DatabaseReader.Literal(window.Since)}
            group by 1 having count(*) >= {options.Value.Failures} order by 2 desc limit 5
            """,
            row => (Type: row.GetString(0), Count: row.GetInt64(1), Since: row.GetFieldValue<DateTimeOffset>(2),
                Reason: row.GetString(3)),
            cancellationToken);
        return [.. failures.Select(failure => new Observation(
            JobCodes.Failing, $"{failure.Count} jobs of {failure.Type} have failed.",
            [new Evidence(
                $"select count(*) from hangfire.state s join hangfire.job j on j.id = s.jobid where s.name = 'Failed' and s.createdat >= "
                + $"{DatabaseReader.Literal(window.Since)} and j.invocationdata->>'Type' like '{failure.Type},%'",
                Quantity.Count(failure.Count, "failures"), Quantity.Count(options.Value.Failures, "failures"))])
        {
            Subject = failure.Type,
            Since = failure.Since,
            Cause = $"The last failure says: {DatabaseReader.Short(failure.Reason)}",
        })];
    }

    private static async Task<IReadOnlyList<Observation>> OverdueAsync(
        PostgresSession session, CancellationToken cancellationToken)
    {
        var tasks = await session.ListAsync(
            """
            select task, extract(epoch from now() - coalesce(last_success_at, first_stored_at))::float8, extract(epoch from alert_after)::float8,
                coalesce(last_success_at, first_stored_at) + alert_after,
                coalesce((select r.error from maintenance_runs r where r.task = s.task and r.error is not null order by r.id desc limit 1), '')
            from maintenance_schedules s
            where enabled and cron is not null and alert_after is not null and coalesce(last_success_at, first_stored_at) < now() - alert_after
            """,
            row => (Name: row.GetString(0), Age: row.GetDouble(1), Limit: row.GetDouble(2),
                Since: row.GetFieldValue<DateTimeOffset>(3),
                Error: row.GetString(4)),
            cancellationToken);
        return [.. tasks.Select(task => new Observation(
            JobCodes.Overdue, $"{task.Name} has not succeeded for {Quantity.Seconds(Math.Round(task.Age))}.",
            [new Evidence(
                $"select now() - coalesce(last_success_at, first_stored_at) from maintenance_schedules where task = '{task.Name}'",
                Quantity.Seconds(Math.Round(task.Age)), Quantity.Seconds(task.Limit))])
        {
            Subject = task.Name,
            Since = task.Since,
            Cause = task.Error.Length > 0 ? $"Its last failed run says: {DatabaseReader.Short(task.Error)}" : null,
        })];
    }

    private async Task<IReadOnlyList<Observation>> StuckAsync(PostgresSession session, CancellationToken cancellationToken)
    {
        var runs = await session.ListAsync(
            $"""
            select id::text, task, coalesce(worker, 'unknown'), extract(epoch from now() - heartbeat_at)::float8, heartbeat_at
            from maintenance_runs
            where status = 'running' and heartbeat_at < now() - {DatabaseReader.Literal(options.Value.Heartbeat)}
            """,
            row => (Id: row.GetString(0), Task: row.GetString(1), Worker: row.GetString(2), Age: row.GetDouble(3),
                Since: row.GetFieldValue<DateTimeOffset>(4)),
            cancellationToken);
        return [.. runs.Select(run => new Observation(
            JobCodes.Stuck, $"A run of {run.Task} on {run.Worker} sent its last heartbeat {Quantity.Seconds(Math.Round(run.Age))} ago.",
            [new Evidence(
                $"select now() - heartbeat_at from maintenance_runs where id = '{run.Id}'",
                Quantity.Seconds(Math.Round(run.Age)), Quantity.Seconds(options.Value.Heartbeat))])
        {
            Subject = run.Task,
            Since = run.Since,
        })];
    }
}
