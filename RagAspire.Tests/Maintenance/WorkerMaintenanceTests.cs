using System.Diagnostics;
using System.Text.RegularExpressions;
using RagAspire.Maintenance.Scheduling;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Maintenance;

/// <summary>Maintenance in the worker's real process: by hand, and killed in the middle.</summary>
[Collection(Processes.Name)]
public sealed class WorkerMaintenanceTests(Stores stores)
{
    private const string Path = "/api/v1/operations/maintenance";

    /// <summary>Signs of life come often, and deleting takes its time on a fast machine too.</summary>
    private static readonly RagSystemOptions Unhurried = new()
    {
        Settings = new Dictionary<string, string>
        {
            ["Maintenance__SilenceSeconds"] = "2",
            ["Maintenance__HeartbeatSeconds"] = "0.2",
            ["Maintenance__Database__BatchRows"] = "50",
        },
    };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_killed_in_the_middle_leaves_a_run_marked_interrupted_and_the_next_one_finishes_the_work()
    {
        await using var system = await RagSystem.StartAsync(stores, Unhurried);
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
        Assert.True(await host.ScalarAsync<long>("select count(*) from audit_logs where actor = 'old'") > 0, "It was done before it was killed.");

        await system.Worker.StartAsync(Cancelled);
        var interrupted = await RunsTo.EndAsync(system.Client, id);
        Assert.Equal("interrupted", interrupted["status"]!.GetValue<string>());
        var next = await RunsTo.RunAsync(system.Client, "database-daily");
        Assert.Equal("succeeded", next["status"]!.GetValue<string>());
        Assert.Equal(0, await host.ScalarAsync<long>("select count(*) from audit_logs where actor = 'old'"));
    }

    [Fact]
    public async Task What_was_missed_is_made_up_by_one_of_two_workers_and_never_by_both()
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
            update maintenance_schedules set scheduled_since = now() - interval '40 days' where task in ('{string.Join("', '", tasks)}')
            """);

        await using var second = system.AnotherWorker();
        await Task.WhenAll(system.Worker.StartAsync(Cancelled), second.StartAsync(Cancelled));
        var ended = $"select count(*) from maintenance_runs where status = 'succeeded' and task in ('{string.Join("', '", tasks)}')";
        await Eventually.TrueAsync(
            async () =>
            {
                var unlucky = await host.ScalarAsync<string?>("""
                    select string_agg(format('%s %s: %s %s', task, status, error, report), E'\n') from maintenance_runs where status in ('failed', 'skipped')
                    """);
                Assert.True(unlucky is null, unlucky);
                return await host.ScalarAsync<long>(ended) >= tasks.Length;
            },
            TimeSpan.FromSeconds(90),
            () => $"Not all are made up.\n{system.Worker.Output}\n\nThe second:\n{second.Output}",
            Cancelled);
        await Task.Delay(TimeSpan.FromSeconds(3), Cancelled);
        var output = system.Worker.Output + second.Output;
        Assert.All(tasks.Except(["metrics"]), task => Assert.Single(Regex.Matches(output, $"{task} begins, wanted by schedule")));
    }

    [Fact]
    public async Task A_running_task_is_stopped_by_the_API_within_a_few_seconds_and_watched_meanwhile()
    {
        await using var system = await RagSystem.StartAsync(stores, Unhurried);
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

        var over = await RunsTo.EndAsync(system.Client, id, TimeSpan.FromSeconds(15));
        Assert.Equal("cancelled", over["status"]!.GetValue<string>());
        Assert.Contains("event: progress", await events);
        Assert.Contains("event: done", await events);
    }

    [Fact]
    public async Task By_hand_a_task_shows_its_report_and_ends_with_a_code()
    {
        var database = await stores.CreateDatabaseAsync();
        var (code, output) = await RunAsync(database, "maintain", "metrics");
        Assert.True(code == 0, output);
        Assert.Contains("metrics: succeeded", output);
        Assert.Contains("documents.ready: - -> 0", output);
        (code, output) = await RunAsync(database, "maintain", "index-reconciliation", "--dry-run");
        Assert.Equal(5, code);
        Assert.Contains("skipped (dry run)", output);

        await using var host = await MaintenanceHost.CreateAsync(database, stores.Redis);
        await host.ExecuteAsync("""
            insert into golden_sets (collection, questions, updated_by)
            values ('default', '[{"question": "Where?", "expected": [{"documentName": "a.txt"}]}]', 'test')
            """);
        (code, output) = await RunAsync(database, "maintain", "retrieval-evaluation");
        Assert.True(code == 0, output);
        Assert.Contains("default: 1 questions", output);
    }

    [Theory]
    [InlineData(2, "no task 'metric'", "maintain", "metric")]
    [InlineData(2, "no command 'maintian'", "maintian")]
    [InlineData(0, "database-daily", "maintain")]
    [InlineData(0, "--dry-run", "maintain", "--help")]
    public async Task What_is_meant_is_said(int expected, string named, params string[] arguments)
    {
        var (code, output) = await RunAsync(await stores.CreateDatabaseAsync(), arguments);
        Assert.Equal(expected, code);
        Assert.Contains(named, output);
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_and_a_bad_schedule_are_clear_errors()
    {
        var (code, output) = await RunAsync("Host=127.0.0.1;Port=1;Database=x;Username=x;Timeout=2", "maintain", "metrics");
        Assert.Equal(4, code);
        Assert.Contains("cannot be reached", output);

        (code, output) = await RunAsync("Password=hidden", "verify", "20260101T000000Z-00000000");
        Assert.Equal(2, code);
        Assert.Contains("connection string cannot be used", output);
        Assert.DoesNotContain("hidden", output);

        (code, output) = await RunAsync(await stores.CreateDatabaseAsync(), ["--Maintenance:Schedule:metrics:Cron=whenever"]);
        Assert.Equal(2, code);
        Assert.Contains("'whenever' is not a cron expression", output);
        Assert.DoesNotContain("   at ", output);
    }

    private async Task<(int Code, string Output)> RunAsync(string database, params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet", [BuildOutput.Of("RagAspire.Worker"), .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        info.Environment["ConnectionStrings__ragdb"] = database;
        info.Environment["ConnectionStrings__cache"] = stores.Redis;
        info.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        using var process = Process.Start(info)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Cancelled), process.StandardError.ReadToEndAsync(Cancelled));
        await process.WaitForExitAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
        return (process.ExitCode, await output + await error);
    }
}
