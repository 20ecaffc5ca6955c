using RagAspire.Embedded.Redis;
using RagAspire.Maintenance.Runs;
using RagAspire.Maintenance.Scheduling;
using RagAspire.Tests.Support;
using StackExchange.Redis;

namespace RagAspire.Tests.Maintenance.Interruptions;

/// <summary>Every task while a store is away: it fails with the reason, and succeeds when the store is back.</summary>
public sealed class StoreOutageTests(Stores stores)
{
    private const string Redis = "Redis";
    private const string Index = "Qdrant";
    private const string Health = "health-check";

    /// <summary>Skips its work while a backup is running, so it cannot be interrupted together with one.</summary>
    private const string Retention = "backup-retention";

    /// <summary>The stores that a task needs beside PostgreSQL.</summary>
    private static readonly Dictionary<string, string[]> Needs = new()
    {
        [Health] = [Redis, Index],
        ["metrics"] = [],
        ["clean-up"] = [Redis],
        ["database-daily"] = [],
        ["index-reconciliation"] = [Index],
        ["database-weekly"] = [],
        ["index-optimization"] = [Index],
        ["monthly-report"] = [],
        ["retrieval-evaluation"] = [Index],
        ["certificates"] = [],
        ["backup"] = [],
        [Retention] = [],
        ["restore-drill"] = [Index],
        ["backup-verify"] = [],
        ["source-sync"] = [],
        ["index-rebuild"] = [Index],
        ["re-embedding"] = [Index],
    };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static IReadOnlyList<string> Tasks => [.. Schedule.Defaults.Select(row => row.Task)];

    [Fact]
    public void The_needs_of_every_task_are_listed() => Assert.Equal(Tasks.Order(), Needs.Keys.Order());

    [Fact]
    public async Task When_PostgreSQL_is_stopped_in_the_middle_every_task_ends_failed_with_the_reason_and_succeeds_the_next_time()
    {
        await using var postgres = await PrivatePostgres.StartAsync();
        await using var filled = await FilledHost.CreateAsync(postgres.ConnectionString, stores.Redis);
        await using var command = await filled.CommandAsync();
        await filled.Host.SucceedAsync("backup");
        MaintenanceHost HostOf(string task) => task == Health ? command : filled.Host;
        foreach (var tasks in new[] { Tasks.Where(task => task != Retention).ToList(), [Retention] })
        {
            foreach (var run in await StopDuringAsync(postgres, filled.Host, tasks, HostOf))
            {
                AssertFailed(run, "database", "PostgreSQL");
            }
        }

        // Idle connections in the pool are not known to be dead yet.
        command.Database.Clear();
        await filled.IndexedAsync(isShared: false);
        foreach (var task in Tasks)
        {
            await HostOf(task).SucceedAsync(task);
        }

        Assert.Equal(0, await filled.Host.ScalarAsync<long>(
            "select count(*) from maintenance_runs where status in ('queued', 'running')"));
        Assert.Equal(0, await filled.Host.ScalarAsync<long>("select count(*) from backups where status = 'running'"));
        Assert.Equal(0, await filled.Host.ScalarAsync<long>(
            "select count(*) from pg_database where starts_with(datname, 'ragaspire_drill_')"));
        Assert.Equal(8, await filled.Host.ScalarAsync<long>(
            "select count(*) from chunks c join embeddings e on e.chunk_id = c.id where e.dense is not null"));
    }

    [Fact]
    public async Task Without_Redis_only_tasks_that_need_it_fail_with_the_reason_and_they_succeed_the_next_time()
    {
        await using var redis = EmbeddedRedis.Start(new RedisOptions { MemoryMegabytes = 64 });
        await using var filled = await FilledHost.CreateAsync(await stores.CreateMigratedAsync(), redis.ConnectionString);
        await RedisAsync(filled.Host, isConnected: true);
        await redis.StopAsync(Cancelled);
        await RedisAsync(filled.Host, isConnected: false);
        await AssertWithoutAsync(filled, Redis);
        redis.Start();
        await RedisAsync(filled.Host, isConnected: true);
        await AssertAgainAsync(filled, Redis);
    }

    [Fact]
    public async Task Without_the_shared_index_only_tasks_that_need_it_fail_with_the_reason_and_they_succeed_the_next_time()
    {
        using var index = new SharedIndexStub();
        await using var filled = await FilledHost.CreateAsync(await stores.CreateMigratedAsync(), stores.Redis, index);
        await RedisAsync(filled.Host, isConnected: true);
        index.IsDown = true;
        await AssertWithoutAsync(filled, Index);
        Assert.Equal(0, await filled.Host.ScalarAsync<long>("select count(*) from retrieval_evaluations"));
        index.IsDown = false;
        await AssertAgainAsync(filled, Index);
        Assert.Equal(1, await filled.Host.ScalarAsync<double>("select recall_at_10 from retrieval_evaluations"));
    }

    /// <summary>Stops PostgreSQL in the middle of the tasks, starts it again, and waits for the end of the runs.</summary>
    private static async Task<MaintenanceRun[]> StopDuringAsync(
        PrivatePostgres postgres, MaintenanceHost host, List<string> tasks, Func<string, MaintenanceHost> hostOf)
    {
        var points = LockPoint.All.Where(each => tasks.Contains(each.Task)).Select(each => each.Point).ToList();
        foreach (var point in points)
        {
            await (point.Work is { } work ? host.ExecuteAsync(work) : Task.CompletedTask);
        }

        await using var locks = await TableLocks.TakeAsync(host.ConnectionString, points.Select(point => point.Lock));
        var running = tasks.Select(task => hostOf(task).RunAsync(task)).ToList();
        await Eventually.TrueAsync(
            async () =>
                await host.ScalarAsync<long>("select count(*) from maintenance_runs where status = 'running'") == tasks.Count
                && await locks.BlockAsync(),
            TimeSpan.FromSeconds(60), () => "Not all tasks are running.", Cancelled);
        await locks.TerminateWaitingAsync();
        await postgres.StopPostgresAsync();
        await postgres.StartPostgresAsync();
        return await Task.WhenAll(running).WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
    }

    private static async Task AssertWithoutAsync(FilledHost filled, string store)
    {
        foreach (var task in Tasks)
        {
            if (Needs[task].Contains(store))
            {
                AssertFailed(await filled.Host.RunAsync(task), store);
            }
            else
            {
                await filled.Host.SucceedAsync(task);
            }
        }
    }

    private static async Task AssertAgainAsync(FilledHost filled, string store)
    {
        foreach (var task in Tasks.Where(task => Needs[task].Contains(store)))
        {
            await filled.Host.SucceedAsync(task);
        }
    }

    private static void AssertFailed(MaintenanceRun run, params string[] store)
    {
        var reason = $"{run.Error} {string.Join(' ', run.Report?.Notes ?? [])}";
        Assert.True(run.Status == RunStatus.Failed, $"{run.Task} {run.Status}: {reason}");
        Assert.True(store.Any(name => reason.Contains(name, StringComparison.Ordinal)), $"{run.Task}: {reason}");
        Assert.DoesNotContain("Exception:", reason, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", reason, StringComparison.Ordinal);
    }

    private static Task RedisAsync(MaintenanceHost host, bool isConnected) => Eventually.TrueAsync(
        () => Task.FromResult(host.Get<IConnectionMultiplexer>().IsConnected == isConnected),
        TimeSpan.FromSeconds(30), () => $"Redis is not {(isConnected ? "there" : "gone")}.", Cancelled);
}
