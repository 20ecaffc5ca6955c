using RagAspire.Diagnosis.Jobs;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Diagnosis.Stack;

/// <summary>Faults of the job storage, written as Hangfire and the maintenance runner leave them.</summary>
public sealed class JobProbeTests(Stores stores)
{
    [Fact]
    public async Task A_reporting_worker_with_an_empty_queue_is_healthy()
    {
        await using var rig = await HealthyAsync();

        Assert.Empty(await rig.ExamineAsync("jobs"));
        Assert.Equal(["last report (workers)", "jobs that wait (longest queue): 0 of 1,000"],
            rig.Figures.Select(figure => figure.StartsWith("last", StringComparison.Ordinal) ? figure.Split(':')[0] : figure));
    }

    [Fact]
    public async Task No_worker_and_a_worker_that_has_stopped_reporting()
    {
        await using var rig = await ProbeRig.CreateAsync(stores);
        Assert.Contains(JobCodes.NoServer, await rig.CodesAsync("jobs"));

        await rig.ExecuteAsync(ServerRow("killed", 600));
        Assert.Contains(JobCodes.NoServer, await rig.CodesAsync("jobs"));

        await rig.ExecuteAsync(ServerRow("alive", 1));
        Assert.Equal([JobCodes.DeadServer], await rig.CodesAsync("jobs"));
    }

    [Fact]
    public async Task A_queue_that_is_long_and_old()
    {
        await using var rig = await HealthyAsync(("Diagnosis:Jobs:QueueLength", "5"));
        await rig.ExecuteAsync("""
            with job as (
                insert into hangfire.job (statename, invocationdata, arguments, createdat)
                select 'Enqueued', '{"Type": "Some.Job, Some"}', '[]', now() - interval '2 h' from generate_series(1, 8) returning id),
            state as (
                insert into hangfire.state (jobid, name, createdat) select id, 'Enqueued', now() - interval '1 h' from job returning id, jobid),
            queued as (insert into hangfire.jobqueue (jobid, queue) select id, 'ingestion' from job)
            select 1
            """);
        await rig.ExecuteAsync("update hangfire.job j set stateid = s.id from hangfire.state s where s.jobid = j.id");

        var found = await rig.ExamineAsync("jobs");

        Assert.Equal([JobCodes.QueueLong, JobCodes.QueueOld], found.Select(observation => observation.Code).Order());
        Assert.All(found, observation => Assert.Equal("ingestion", observation.Subject));
        Assert.Contains("jobs that wait (longest queue): 8 of 5", rig.Figures);
    }

    [Fact]
    public async Task Jobs_of_one_kind_that_fail()
    {
        await using var rig = await HealthyAsync();
        await rig.ExecuteAsync("""
            with job as (
                insert into hangfire.job (statename, invocationdata, arguments, createdat)
                select 'Failed', '{"Type": "Some.Job, Some"}', '[]', now() from generate_series(1, 4) returning id)
            insert into hangfire.state (jobid, name, createdat, data)
            select id, 'Failed', now(), '{"ExceptionMessage": "The store is away."}' from job
            """);

        var found = Assert.Single(await rig.ExamineAsync("jobs"));

        Assert.Equal((JobCodes.Failing, "Some.Job"), (found.Code, found.Subject));
        Assert.Contains("The store is away.", found.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_has_not_succeeded_in_time_and_a_run_without_a_sign_of_life()
    {
        await using var rig = await HealthyAsync();
        await rig.ExecuteAsync("""
            insert into maintenance_schedules (task, cron, time_zone, time_limit, alert_after, retries, enabled, first_stored_at)
                values ('some-task', '0 3 * * *', 'UTC', '1 h', '2 h', 0, true, now() - interval '3 h');
            insert into maintenance_runs (id, task, actor, status, worker, started_at, heartbeat_at)
                values (gen_random_uuid(), 'other-task', 'test', 'running', 'w', now() - interval '1 h', now() - interval '30 min')
            """);

        Assert.Equal([JobCodes.Overdue, JobCodes.Stuck], (await rig.CodesAsync("jobs")).Order());
    }

    private async Task<ProbeRig> HealthyAsync(params (string Key, string? Value)[] settings)
    {
        var rig = await ProbeRig.CreateAsync(stores, settings);
        await rig.ExecuteAsync(ServerRow("alive", 1));
        return rig;
    }

    private static string ServerRow(string id, int age) =>
        $"insert into hangfire.server (id, data, lastheartbeat) values ('{id}', '{{}}', now() - interval '{age} s')";
}
