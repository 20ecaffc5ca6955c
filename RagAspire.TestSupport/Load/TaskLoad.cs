namespace RagAspire.TestSupport.Load;

/// <summary>How one task is measured.</summary>
/// <param name="Quiet">How long each time without the task is.</param>
/// <param name="Busy">How long each time with it is at least: a task that is over before is run again, a moment later.</param>
/// <param name="Rounds">Times with the task; there is one without before each and one after the last.</param>
internal sealed record LoadPlan(double SearchesPerSecond, TimeSpan Quiet, TimeSpan Busy, int Rounds)
{
    /// <summary>How many times as long the slowest twentieth of searches may take during maintenance.</summary>
    public const double Allowed = 1.5;
}

/// <summary>What searches took without and during a task.</summary>
/// <param name="Ran">How long all runs took together.</param>
/// <param name="Share">
/// The part of the time with the task in which it ran; the rest is its way to the worker, and a tenth of a second after it.
/// </param>
internal sealed record TaskFigures(string Task, int Runs, TimeSpan Ran, double Share, Latencies Without, Latencies During)
{
    public double Ratio => During.At(0.95) / Without.At(0.95);
}

/// <summary>Latencies in milliseconds.</summary>
internal sealed class Latencies(IEnumerable<TimeSpan> took)
{
    private readonly List<double> _sorted = [.. took.Select(one => one.TotalMilliseconds).Order()];

    public int Count => _sorted.Count;

    /// <summary>The latency that this share of searches did not exceed.</summary>
    public double At(double share) => _sorted[Math.Max(0, (int)Math.Ceiling(share * _sorted.Count) - 1)];
}

/// <summary>
/// Compares searches during a task with searches just before and after it, in turns, because a machine that others use too
/// is not the same a minute later.
/// </summary>
internal sealed class TaskLoad(HttpClient api, TaskRuns runs, TaskWork work, MadeUpText text, LoadPlan plan)
{
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Aftermath = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(150);

    public async Task<TaskFigures> MeasureAsync(string task, CancellationToken cancellationToken)
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
        return new TaskFigures(task, ran.Count, took, share, In(samples, quiet), In(samples, busy));
    }

    private async Task<Window> QuietAsync(SearchLoad load, CancellationToken cancellationToken)
    {
        await Task.Delay(Settle, cancellationToken);
        var from = load.Now;
        await Task.Delay(plan.Quiet, cancellationToken);
        return new Window(from, load.Now);
    }

    private async Task<List<Window>> BusyAsync(SearchLoad load, string task, List<TimeSpan> ran, CancellationToken cancellationToken)
    {
        var windows = new List<Window>();
        for (var until = load.Now + plan.Busy; load.Now < until;)
        {
            var from = load.Now;
            ran.Add(await runs.RunAsync(task, cancellationToken));
            await Task.Delay(Aftermath, cancellationToken);
            windows.Add(new Window(from, load.Now));

            // A task that takes a moment would else be measured as what it costs to ask for it thirty times a second.
            await Task.Delay(Apart, cancellationToken);
        }

        return windows;
    }

    private static Latencies In(IEnumerable<Sample> samples, List<Window> windows) => new(samples
        .Where(sample => windows.Exists(window => sample.DueAt >= window.From && sample.DueAt < window.To))
        .Select(sample => sample.Took));

    private sealed record Window(TimeSpan From, TimeSpan To);
}
