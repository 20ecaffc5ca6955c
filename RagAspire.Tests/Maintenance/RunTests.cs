using RagAspire.Maintenance;
using RagAspire.Maintenance.Runs;
using RagAspire.Maintenance.Scheduling;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Maintenance;

/// <summary>The life of a run: it begins once, ends with a reason, and never stays "running" for ever.</summary>
public sealed class RunTests(Stores stores)
{
    private static readonly DateTimeOffset Due = new(2026, 6, 1, 2, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_occurrence_runs_once_however_many_workers_queue_it()
    {
        var task = new TaskStub((_, _) => Task.FromResult(TaskStub.Done));
        await using var one = await HostAsync(task);
        await using var two = await HostAsync(task, one);
        var made = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? one : two).Runs.DueAsync("health-check", Due, Cancelled)));

        var run = Assert.Single(made, run => run is not null)!;
        await Task.WhenAll(one.Runner.RunAsync(run, null, Cancelled), two.Runner.RunAsync(run, null, Cancelled));
        Assert.Equal(1, task.Runs);
        Assert.Equal(1, await one.ScalarAsync<long>("select count(*) from maintenance_runs"));
        Assert.Null(await two.Runs.DueAsync("health-check", Due, Cancelled));
    }

    [Fact]
    public async Task A_task_never_overlaps_itself_and_the_occurrence_in_between_is_recorded_as_skipped()
    {
        var (began, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        var task = new TaskStub(async (_, _) =>
        {
            began.SetResult();
            await end.Task;
            return TaskStub.Done;
        });
        await using var host = await HostAsync(task);
        var running = host.RunAsync("health-check");
        await began.Task;

        Assert.Null(await host.Runs.RequestAsync("health-check", false, "operator", Cancelled));
        var due = await host.Runs.DueAsync("health-check", Due, Cancelled);
        Assert.Equal(RunStatus.Skipped, due!.Status);
        end.SetResult();
        Assert.Equal(RunStatus.Succeeded, (await running).Status);
        Assert.Equal(1, task.Runs);
    }

    [Fact]
    public async Task A_run_that_is_delivered_twice_goes_on_when_the_second_delivery_gives_up()
    {
        var (began, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        var task = new TaskStub(async (_, _) =>
        {
            began.SetResult();
            await end.Task;
            return TaskStub.Done;
        });
        await using var one = await HostAsync(task);
        await using var two = await HostAsync(task, one);
        var waiting = await one.Runs.RequestAsync("health-check", false, "operator", Cancelled);
        var running = one.Runner.RunAsync(waiting!, null, Cancelled);
        await began.Task;

        Assert.Null(await two.Runner.RunAsync(waiting!, null, Cancelled));
        Assert.Equal(RunStatus.Running, (await one.Runs.FindAsync(waiting!.Id, Cancelled))!.Status);
        end.SetResult();
        Assert.Equal(RunStatus.Succeeded, (await running)!.Status);
    }

    [Fact]
    public async Task A_run_can_be_cancelled_and_names_the_actor()
    {
        var task = new TaskStub(async (context, token) =>
        {
            context.Report(1, 4, "waiting");
            await Task.Delay(Timeout.Infinite, token);
            return TaskStub.Done;
        });
        await using var host = await HostAsync(task);
        var running = host.RunAsync("health-check");
        MaintenanceRun? seen = null;
        await Eventually.TrueAsync(
            async () =>
            {
                var page = await host.Runs.ListAsync(new RunFilter("health-check", null, null, 1), Cancelled);
                seen = page.Items.SingleOrDefault();
                return seen?.Progress == 25;
            },
            TimeSpan.FromSeconds(20), () => $"No progress: {seen}", Cancelled);
        Assert.Equal("waiting", seen!.Step);

        await host.Runs.CancelAsync(seen.Id, "operator", Cancelled);
        var over = await running.WaitAsync(TimeSpan.FromSeconds(20), Cancelled);
        Assert.Equal((RunStatus.Cancelled, "Cancelled by operator."), (over.Status, over.Error));
    }

    [Fact]
    public async Task A_run_over_its_time_limit_fails_and_is_retried()
    {
        var task = new TaskStub(
            (_, token) => Task.Delay(Timeout.Infinite, token).ContinueWith(_ => TaskStub.Done, token), "database-daily");
        await using var host = await HostAsync(
            task, settings: new() { ["Maintenance:Schedule:database-daily:TimeLimit"] = "00:00:00.300" });
        var run = await host.Runner.RunAsync((await host.Runs.DueAsync("database-daily", Due, Cancelled))!, null, Cancelled);
        Assert.Equal(RunStatus.Failed, run!.Status);
        Assert.Contains("time limit", run.Error);

        // The schedule allows two retries; after the last one nothing is queued.
        for (var attempt = 2; attempt <= 3; attempt++)
        {
            var waiting = Assert.Single(await QueuedAsync(host));
            Assert.Equal(attempt, waiting.Attempt);
            await host.Runner.RunAsync(waiting, null, Cancelled);
        }

        Assert.Empty(await QueuedAsync(host));
    }

    [Fact]
    public async Task A_report_with_failures_fails_the_run_and_a_skipped_run_is_no_success()
    {
        var report = new TaskReport(3, 1, 2) { Notes = ["two were stuck"] };
        await using var host = await HostAsync(new TaskStub((_, _) => Task.FromResult(report)));
        await host.Get<ScheduleStore>().StoreAsync(Cancelled);
        var failed = await host.RunAsync("health-check");
        Assert.Equal(RunStatus.Failed, failed.Status);
        Assert.Equal(["two were stuck"], failed.Report!.Notes);

        report = new TaskReport(0, 0, 0) { Skipped = "nothing is configured" };
        var skipped = await host.RunAsync("health-check");
        Assert.Equal((RunStatus.Skipped, "nothing is configured"), (skipped.Status, skipped.Error));
        Assert.Null(Assert.Single(await host.Get<ScheduleStore>().ListAsync(Cancelled)).LastSuccessAt);
    }

    [Fact]
    public async Task A_run_without_heartbeat_is_interrupted_and_retried()
    {
        await using var host = await HostAsync(new TaskStub((_, _) => Task.FromResult(TaskStub.Done), "database-daily"));
        var run = await host.Runs.DueAsync("database-daily", Due, Cancelled);
        await host.ExecuteAsync(
            "update maintenance_runs set status = 'running', heartbeat_at = now() - interval '1 hour', progress = 40");

        Assert.Equal(1, await host.Get<RunRecovery>().InterruptDeadAsync(Cancelled));
        var interrupted = await host.Runs.FindAsync(run!.Id, Cancelled);
        Assert.Equal(RunStatus.Interrupted, interrupted!.Status);
        Assert.NotNull(interrupted.FinishedAt);
        var again = Assert.Single(await QueuedAsync(host));
        Assert.Equal(RunStatus.Succeeded, (await host.Runner.RunAsync(again, null, Cancelled))!.Status);
    }

    [Fact]
    public async Task Only_the_last_missed_occurrence_is_queued_and_only_once()
    {
        var task = new TaskStub((_, _) => Task.FromResult(TaskStub.Done), "database-daily");
        await using var one = await HostAsync(task);
        await using var two = await HostAsync(task, one);
        await one.Get<ScheduleStore>().StoreAsync(Cancelled);
        await one.Get<MissedRuns>().CatchUpAsync(Cancelled);
        Assert.Equal(0, await one.ScalarAsync<long>("select count(*) from maintenance_runs"));

        await one.ExecuteAsync("update maintenance_schedules set scheduled_since = now() - interval '10 days'");
        await Task.WhenAll(one.Get<MissedRuns>().CatchUpAsync(Cancelled), two.Get<MissedRuns>().CatchUpAsync(Cancelled));
        Assert.Equal(
            1, await one.ScalarAsync<long>("select count(*) from maintenance_runs where due_at > now() - interval '1 day'"));
        Assert.Equal(1, await one.ScalarAsync<long>("select count(*) from maintenance_runs"));
    }

    [Fact]
    public async Task Without_the_database_a_run_ends_failed_with_the_reason_and_the_next_one_succeeds()
    {
        await using var postgres = await PrivatePostgres.StartAsync();
        var (began, stopped) = (new TaskCompletionSource(), new TaskCompletionSource());
        var isDown = true;
        await using var host = await MaintenanceHost.CreateAsync(
            postgres.ConnectionString,
            stores.Redis,
            configure: services =>
            {
                MaintenanceHost.With(new TaskStub(async (_, token) =>
                {
                    began.TrySetResult();
                    if (isDown)
                    {
                        await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                        stopped.SetResult();
                        token.ThrowIfCancellationRequested();
                    }

                    return TaskStub.Done;
                }))(services);
            });
        var running = host.RunAsync("health-check");
        await began.Task;
        await postgres.StopPostgresAsync();

        // The lost heartbeat stops the task while the database is away, so its outcome cannot be stored at once.
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        isDown = false;
        await postgres.StartPostgresAsync();

        var failed = await running.WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
        Assert.Equal(RunStatus.Failed, failed.Status);
        Assert.Contains("database", failed.Error);
        Assert.Equal(RunStatus.Succeeded, (await host.RunAsync("health-check")).Status);
    }

    [Fact]
    public async Task The_last_success_and_its_alert_outlive_the_worker()
    {
        await using var host = await HostAsync(new TaskStub((_, _) => Task.FromResult(TaskStub.Done)));
        await host.Get<ScheduleStore>().StoreAsync(Cancelled);
        await host.RunAsync("health-check", dryRun: true);
        Assert.Null(Assert.Single(await host.Get<ScheduleStore>().ListAsync(Cancelled)).LastSuccessAt);
        await host.RunAsync("health-check");

        await using var next = await HostAsync(new TaskStub((_, _) => Task.FromResult(TaskStub.Done)), host);
        var stored = Assert.Single(await next.Get<ScheduleStore>().MeasureAsync(Cancelled));
        Assert.NotNull(stored.LastSuccessAt);
        Assert.Equal(TimeSpan.FromMinutes(20), stored.Row.AlertAfter);
    }

    [Fact]
    public async Task A_task_without_work_raises_no_alert()
    {
        var report = new TaskReport(0, 0, 0) { Skipped = "nothing is configured" };
        await using var host = await HostAsync(new TaskStub((_, _) => Task.FromResult(report)));
        await host.Get<ScheduleStore>().StoreAsync(Cancelled);
        Assert.False(Assert.Single(await host.Get<ScheduleStore>().MeasureAsync(Cancelled)).IsIdle);
        await host.RunAsync("health-check");
        Assert.True(Assert.Single(await host.Get<ScheduleStore>().MeasureAsync(Cancelled)).IsIdle);
    }

    [Fact]
    public async Task Every_row_of_the_schedule_has_its_task_and_every_task_its_row()
    {
        await using var host = await MaintenanceHost.CreateAsync(await stores.CreateMigratedAsync(), stores.Redis);
        Assert.Equal(
            Schedule.Defaults.Select(row => row.Task).Order(), host.Get<TaskRegistry>().All.Select(task => task.Name).Order());
    }

    private static async Task<IReadOnlyList<MaintenanceRun>> QueuedAsync(MaintenanceHost host) =>
        (await host.Runs.ListAsync(new RunFilter("database-daily", RunStatus.Queued, null, 10), Cancelled)).Items;

    private async Task<MaintenanceHost> HostAsync(
        IMaintenanceTask task, MaintenanceHost? beside = null, Dictionary<string, string?>? settings = null) =>
            await MaintenanceHost.CreateAsync(
        beside is null ? await stores.CreateDatabaseAsync() : beside.ConnectionString,
        stores.Redis, settings, MaintenanceHost.With(task));
}
