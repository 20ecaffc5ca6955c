using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RagAspire.Maintenance;
using RagAspire.Quality;
using RagAspire.Tests.Support;
using RagAspire.Vectors.Sync;

namespace RagAspire.Tests.Quality;

/// <summary>The scheduled evaluation, over a database of its own.</summary>
public sealed class RetrievalEvaluationTests(Stores stores)
{
    [Fact]
    public async Task Every_golden_set_is_evaluated_and_a_dry_run_asks_nothing()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:ragdb"] = await stores.CreateDatabaseAsync(),
            ["ConnectionStrings:cache"] = stores.Redis,
        });
        builder.AddServiceDefaults();
        builder.AddRagClients();
        builder.AddRagCore();
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(
            () => Task.FromResult(host.Services.GetRequiredService<IndexGeneration>().IsLoaded),
            TimeSpan.FromSeconds(30), () => "The index is not loaded.", TestContext.Current.CancellationToken);
        var store = host.Services.GetRequiredService<GoldenSetStore>();
        var task = host.Services.GetServices<IMaintenanceTask>().Single(task => task.Name == "retrieval-evaluation");

        Assert.NotNull((await RunAsync(task, dryRun: false)).Skipped);

        await store.PutAsync("one", [new GoldenQuestion("What?", [new Expectation(Quote: "that")])], "test", TestContext.Current.CancellationToken);
        await store.PutAsync("two", [new GoldenQuestion("Who?", [new Expectation(Quote: "me")])], "test", TestContext.Current.CancellationToken);
        var dry = await RunAsync(task, dryRun: true);
        Assert.Equal((2, 2, 0), (dry.Examined, dry.Changed, dry.Failed));
        Assert.Empty(await store.LatestAsync(TestContext.Current.CancellationToken));

        var report = await RunAsync(task, dryRun: false);
        Assert.Equal((2, 2, 0), (report.Examined, report.Changed, report.Failed));
        Assert.Equal(0, report.After["two.recall@10"]);
        Assert.Equal(["one", "two"], (await store.LatestAsync(TestContext.Current.CancellationToken)).Select(latest => latest.Collection));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private static Task<TaskReport> RunAsync(IMaintenanceTask task, bool dryRun) => task.RunAsync(
        new TaskContext(Guid.NewGuid(), dryRun, "test", new Progress<TaskProgress>()), TestContext.Current.CancellationToken);
}
