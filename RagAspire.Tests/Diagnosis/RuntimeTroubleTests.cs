using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Machine;
using RagAspire.Monitoring;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Diagnosis;

[CollectionDefinition(nameof(RuntimeTroubles), DisableParallelization = true)]
public sealed class RuntimeTroubles;

/// <summary>A blocked thread pool and a thrashing garbage collector, caused for real; nothing else may run meanwhile.</summary>
[Collection(nameof(RuntimeTroubles))]
public sealed class RuntimeTroubleTests
{
    [Fact]
    public async Task A_quiet_process_has_no_finding()
    {
        using var watch = await WatchAsync();
        await Eventually.TrueAsync(
            () => Task.FromResult(watch.Recent().Count >= 3), TimeSpan.FromSeconds(30), () => "Nothing was watched.",
            TestContext.Current.CancellationToken);
        var figures = new List<Figure>();
        Assert.Empty(await ExamineAsync(watch, figures));
        Assert.Equal(["paused for garbage collection", "wait for a thread"], figures.Select(figure => figure.Name));
        Assert.All(figures, figure => Assert.InRange(figure.Value, 0, figure.Limit!.Value));
    }

    [Fact]
    public async Task A_starved_thread_pool_is_found_with_its_beginning()
    {
        using var watch = await WatchAsync();
        // Not disposed: some of the tasks start only after the test has ended.
        var stop = new ManualResetEventSlim();
        var start = TimeProvider.System.GetUtcNow();
        var found = await Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < ThreadPool.ThreadCount + 100; i++)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(_ => stop.Wait(TimeSpan.FromSeconds(10), CancellationToken.None), null);
                }

                Thread.Sleep(TimeSpan.FromSeconds(6));
                stop.Set();
                return ExamineAsync(watch).GetAwaiter().GetResult();
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        var starved = Assert.Single(found);
        Assert.Equal("ThreadPool.ThreadCount", starved.Evidence[^1].Query);
        Assert.Equal(MachineFindings.ThreadPool, starved.Code);
        Assert.InRange(starved.Since!.Value, start, start.AddSeconds(10));
    }

    [Fact]
    public async Task A_thrashing_garbage_collector_is_found()
    {
        using var watch = await WatchAsync();
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(60);
        var kept = new List<object>();
        for (var i = 0; i < 300_000; i++)
        {
            kept.Add(new byte[64]);
        }

        IReadOnlyList<Observation> found = [];
        while (TimeProvider.System.GetUtcNow() < deadline
            && !found.Any(observation => observation.Code == MachineFindings.GarbageCollection))
        {
            // Long enough for a large part of the time, then a pause in which the watch, which is stopped as well, can count it.
            var startedAt = Stopwatch.GetTimestamp();
            do
            {
                GC.Collect(2, GCCollectionMode.Forced, blocking: true);
            }
            while (Stopwatch.GetElapsedTime(startedAt) < TimeSpan.FromMilliseconds(300));
            await Task.Delay(100, TestContext.Current.CancellationToken);
            found = await ExamineAsync(watch);
        }

        GC.KeepAlive(kept);
        Assert.Contains(found, observation => observation.Code == MachineFindings.GarbageCollection);
    }

    private static async Task<RuntimeWatch> WatchAsync()
    {
        var watch = new RuntimeWatch(TimeProvider.System) { Interval = TimeSpan.FromMilliseconds(200) };
        await watch.StartAsync(TestContext.Current.CancellationToken);
        return watch;
    }

    private static async Task<IReadOnlyList<Observation>> ExamineAsync(RuntimeWatch watch, List<Figure>? figures = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var window = new DiagnosisWindow(now.AddHours(-1), now);
        using var services = new ServiceCollection().AddHttpClient().BuildServiceProvider();
        var prometheus = new PrometheusApi(
            services.GetRequiredService<IHttpClientFactory>(), Options.Create(new PrometheusOptions()), TimeProvider.System);
        var options = Options.Create(new MachineOptions());
        var found = await new RuntimeProbe(watch, new ExportedRuntimes(prometheus, options), options)
            .ExamineAsync(window, CancellationToken.None);
        figures?.AddRange(window.Figures.Read());
        return found;
    }
}
