using RagAspire.TestSupport.Queueing;

namespace RagAspire.Benchmarks.Load;

/// <summary>How one task is measured.</summary>
/// <param name="Quiet">The length of a window without the task.</param>
/// <param name="Busy">The least length of a window with the task; a shorter task is run again after a pause.</param>
/// <param name="Rounds">Windows with the task; each is preceded by one without, and the last is followed by one.</param>
internal sealed record LoadPlan(double SearchesPerSecond, TimeSpan Quiet, TimeSpan Busy, int Rounds)
{
    /// <summary>The limit for the 95th percentile during a task, as a multiple of the one without.</summary>
    public const double AllowedRatio = 1.5;
}

/// <summary>The latency of searches without and during a task.</summary>
/// <param name="Ran">The sum of all runs.</param>
/// <param name="Share">The share of the windows in which the task ran; the rest is the queue, and a moment after the run.</param>
internal sealed record TaskLatency(string Task, int Runs, TimeSpan Ran, double Share, Latencies Without, Latencies During)
{
    public double Ratio => During.At(0.95) / Without.At(0.95);
}

/// <summary>
/// Compares searches during a task with searches right before and after it, alternating, because other load on the machine
/// changes from minute to minute.
/// </summary>
internal sealed class TaskLoad(HttpClient api, TaskRuns runs, TaskWork work, SyntheticText text, LoadPlan plan)
{
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AfterRun = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BetweenRuns = TimeSpan.FromMilliseconds(150);

    public async Task<TaskLatency> MeasureAsync(string task, CancellationToken cancellationToken)
    {
        await work.PrepareAsync(task, cancellationToken);
        await using var load = new SearchLoad(api, text, plan.SearchesPerSecond, cancellationToken);
        var (quiet, busy, ran) = (new List<Window>(), new List<Window>(), new List<TimeSpan>());
        for (var round = 0; round < plan.Rounds; round++)
        {
            if (round > 0)
            {
                await work.PrepareAsync(task, cancellationToken);
            }

            quiet.Add(await QuietAsync(load, cancellationToken));
            busy.AddRange(await BusyAsync(load, task, ran, cancellationToken));
        }

        quiet.Add(await QuietAsync(load, cancellationToken));
        var samples = await load.StopAsync();
        var took = ran.Aggregate(TimeSpan.Zero, (sum, one) => sum + one);
        var share = took / busy.Aggregate(TimeSpan.Zero, (sum, window) => sum + (window.To - window.From));
        return new TaskLatency(task, ran.Count, took, share, In(samples, quiet), In(samples, busy));
    }

    private async Task<Window> QuietAsync(SearchLoad load, CancellationToken cancellationToken)
    {
        await Task.Delay(Settle, cancellationToken);
        var from = load.Now;
        await Task.Delay(plan.Quiet, cancellationToken);
        return new Window(from, load.Now);
    }

    private async Task<List<Window>> BusyAsync(
        SearchLoad load, string task, List<TimeSpan> ran, CancellationToken cancellationToken)
    {
        var windows = new List<Window>();
        for (var until = load.Now + plan.Busy; load.Now < until;)
        {
            var from = load.Now;
            ran.Add(await runs.RunAsync(task, cancellationToken));
            await Task.Delay(AfterRun, cancellationToken);
            windows.Add(new Window(from, load.Now));

            // Otherwise a short task would be measured with the cost of requesting it thirty times a second.
            await Task.Delay(BetweenRuns, cancellationToken);
        }

        return windows;
    }

    private static Latencies In(IEnumerable<Sample> samples, List<Window> windows) => new(samples
        .Where(sample => windows.Exists(window => sample.DueAt >= window.From && sample.DueAt < window.To))
        .Select(sample => sample.Took));

    private sealed record Window(TimeSpan From, TimeSpan To);
}
