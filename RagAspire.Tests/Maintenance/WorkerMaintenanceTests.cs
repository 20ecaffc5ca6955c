using System.Text.RegularExpressions;
using Microsoft.Extensions.Hosting;
using RagAspire.Maintenance.Scheduling;
using RagAspire.Tests.Backups;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Maintenance;

/// <summary>Maintenance in the worker's real process: by command, and killed in the middle.</summary>
[Collection(Processes.Systems)]
public sealed class WorkerMaintenanceTests(Stores stores)
{
    private const string Path = "/api/v1/operations/maintenance";

    /// <summary>Frequent heartbeats, and small batches so that deleting takes time on a fast machine too.</summary>
    private static readonly RagSystemOptions SmallBatches = new()
    {
        Settings = new Dictionary<string, string>
        {
            ["Maintenance__HeartbeatTimeout"] = "00:00:02",
            ["Maintenance__Heartbeat"] = "00:00:00.2",
            ["Maintenance__Database__BatchRows"] = "50",
        },
    };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_killed_in_the_middle_leaves_a_run_marked_interrupted_and_the_next_one_finishes_the_work()
    {
        await using var system = await RagSystem.StartAsync(stores, SmallBatches);
        await using var host = await MaintenanceHost.CreateAsync(system.Database, stores.Redis);
        await host.ExecuteAsync("""
            insert into audit_logs (at, actor, action, subject)
            select now() - interval '31 days', 'old', 'document.upload', i::text from generate_series(1, 100000) i
            """);
        var run = await system.Client.PostAsync($"{Path}/database-daily", new { });
        var id = run["id"]!.GetValue<Guid>();
        await Eventually.TrueAsync(
            async () => await host.ScalarAsync<long>("select count(*) from audit_logs where actor = 'old'") < 100_000,
            TimeSpan.FromSeconds(60), () => "Nothing is deleted.", Cancelled);
        await system.Worker.KillAsync();
        Assert.Equal("running", (await system.Client.GetAsync($"{Path}/runs/{id}"))["status"]!.GetValue<string>());
        Assert.True(await host.ScalarAsync<long>("select count(*) from audit_logs where actor = 'old'") > 0,
            "It was done before it was killed.");

        await system.Worker.StartAsync(Cancelled);
        var interrupted = await RunClient.EndAsync(system.Client, id);
        Assert.Equal("interrupted", interrupted["status"]!.GetValue<string>());
        var next = await RunClient.RunAsync(system.Client, "database-daily");
        Assert.Equal("succeeded", next["status"]!.GetValue<string>());
        Assert.Equal(0, await host.ScalarAsync<long>("select count(*) from audit_logs where actor = 'old'"));
    }

    [Fact]
    public async Task Missed_tasks_run_in_one_of_two_workers_and_never_in_both()
    {
        string[] tasks = ["certificates", "clean-up", "database-daily", "index-reconciliation", "metrics"];
        await using var system = await RagSystem.StartAsync(stores);
        await using var host = await MaintenanceHost.CreateAsync(system.Database, stores.Redis);
        await Eventually.TrueAsync(
            async () => await host.ScalarAsync<long>("select count(*) from maintenance_schedules") == Schedule.Defaults.Count,
            TimeSpan.FromSeconds(30), () => "The schedule is not stored.", Cancelled);
        await system.Worker.KillAsync();
        await host.ExecuteAsync($"""
            delete from maintenance_runs;
            update maintenance_schedules set scheduled_since = now() - interval '40 days'
                where task in ('{string.Join("', '", tasks)}')
            """);

        await using var second = system.AnotherWorker();
        await Task.WhenAll(system.Worker.StartAsync(Cancelled), second.StartAsync(Cancelled));
        var ended =
            $"select count(*) from maintenance_runs where status = 'succeeded' and task in ('{string.Join("', '", tasks)}')";
        await Eventually.TrueAsync(
            async () =>
            {
                var failed = await host.ScalarAsync<string?>("""
                    select string_agg(format('%s %s: %s %s', task, status, error, report), E'\n') from maintenance_runs
                        where status in ('failed', 'skipped')
                    """);
                Assert.True(failed is null, failed);
                return await host.ScalarAsync<long>(ended) >= tasks.Length;
            },
            TimeSpan.FromSeconds(90),
            () => $"Not all missed tasks have run.\n{system.Worker.Output}\n\nThe second:\n{second.Output}",
            Cancelled);
        // A row is executed once, so two rows or two log lines would show a second execution.
        Assert.Equal(0, await host.ScalarAsync<long>("""
            select count(*) from (select from maintenance_runs
                where due_at is not null group by task, due_at having count(*) > 1) twice
            """));
        var output = system.Worker.Output + second.Output;
        Assert.All(
            tasks.Except(["metrics"]), task => Assert.Single(Regex.Matches(output, $"{task} begins, requested by schedule")));
    }

    [Fact]
    public async Task The_API_cancels_a_running_task_within_seconds_and_streams_its_progress()
    {
        await using var system = await RagSystem.StartAsync(stores, SmallBatches);
        await using var host = await MaintenanceHost.CreateAsync(system.Database, stores.Redis);
        await host.ExecuteAsync("""
            insert into audit_logs (at, actor, action, subject)
            select now() - interval '31 days', 'old', 'document.upload', i::text from generate_series(1, 100000) i
            """);
        var run = await system.Client.PostAsync($"{Path}/database-daily", new { });
        var id = run["id"]!.GetValue<Guid>();
        var events = system.Client.Http.GetStringAsync($"{Path}/runs/{id}/events", Cancelled);
        await Eventually.TrueAsync(
            async () => (await system.Client.GetAsync($"{Path}/runs/{id}"))["progress"]!.GetValue<int>() > 0,
            TimeSpan.FromSeconds(60), () => "It does not begin.", Cancelled);
        using var accepted = await system.Client.Http.DeleteAsync($"{Path}/runs/{id}", Cancelled);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, accepted.StatusCode);

        var over = await RunClient.EndAsync(system.Client, id, TimeSpan.FromSeconds(15));
        Assert.Equal("cancelled", over["status"]!.GetValue<string>());
        Assert.Contains("event: progress", await events);
        Assert.Contains("event: done", await events);
    }

    [Fact]
    public async Task The_command_maintain_prints_the_report_and_exits_with_a_code()
    {
        var database = await stores.CreateDatabaseAsync();
        var output = await RunAsync(0, database, "maintain", "metrics");
        Assert.Contains("metrics: succeeded", output);
        Assert.Contains("documents.ready: - -> 0", output);
        Assert.Contains("skipped (dry run)", await RunAsync(5, database, "maintain", "index-reconciliation", "--dry-run"));

        await using var host = await MaintenanceHost.CreateAsync(database, stores.Redis);
        await host.ExecuteAsync("""
            insert into golden_sets (collection, questions, updated_by)
            values ('default', '[{"question": "Where?", "expected": [{"documentName": "a.txt"}]}]', 'test')
            """);
        Assert.Contains("default: 1 questions", await RunAsync(0, database, "maintain", "retrieval-evaluation"));
    }

    [Theory]
    [InlineData(2, "no task 'metric'", "maintain", "metric")]
    [InlineData(2, "no command 'maintian'", "maintian")]
    [InlineData(0, "database-daily", "maintain")]
    [InlineData(0, "--dry-run", "maintain", "--help")]
    public async Task Misspelt_commands_are_refused_and_help_is_shown(int expected, string named, params string[] arguments)
    {
        Assert.Contains(named, await RunAsync(expected, await stores.CreateDatabaseAsync(), arguments));
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_and_a_bad_schedule_are_clear_errors()
    {
        var output = await RunAsync(4, "Host=127.0.0.1;Port=1;Database=x;Username=x;Timeout=2", "maintain", "metrics");
        Assert.Contains("cannot be reached", output);

        output = await RunAsync(2, "Password=hidden", "verify", "20260101T000000Z-00000000");
        Assert.Contains("connection string of the database is invalid", output);
        Assert.DoesNotContain("hidden", output);

        output = await RunAsync(
            ServiceHost.ConfigurationError, await stores.CreateDatabaseAsync(), "--Maintenance:Schedule:metrics:Cron=whenever");
        Assert.Contains("'whenever' is not a cron expression", output);
        Assert.DoesNotContain("   at ", output);

        output = await RunAsync(
            ServiceHost.ConfigurationError, await stores.CreateDatabaseAsync(),
            "--ConnectionStrings:chat=Endpoint=https://api.example.com/v1;Key=hidden");
        Assert.Contains("ConnectionStrings:chat (ConnectionStrings__chat) is invalid: it has no Model", output);
        Assert.DoesNotContain("hidden", output);
        Assert.DoesNotContain("   at ", output);
    }

    private Task<string> RunAsync(int expected, string database, params string[] arguments) => WorkerCommand.RunAsync(
        expected,
        new Dictionary<string, string>
        {
            ["ConnectionStrings__ragdb"] = database,
            ["ConnectionStrings__cache"] = stores.Redis,
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
        },
        arguments);
}
