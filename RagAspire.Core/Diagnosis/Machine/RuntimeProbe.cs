using System.Globalization;
using Microsoft.Extensions.Options;
using RagAspire.Monitoring;

namespace RagAspire.Diagnosis.Machine;

/// <summary>
/// Garbage collection and the thread pool: of this process over the last ten seconds, and of the others as Prometheus knows them.
/// </summary>
internal sealed class RuntimeProbe(RuntimeWatch watch, ExportedRuntimes exported, IOptions<MachineOptions> options) : IProbe
{
    private const int Watched = 10;
    private const string Process = "this process";
    private const string PauseQuery = "GC.GetTotalPauseDuration(), in the last ten seconds";
    private const string DelayQuery = "delay of an empty task";

    private readonly MachineOptions _options = options.Value;

    public string Name => "runtime";

    public async Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        // A command has no past: what it would measure is its own start.
        IReadOnlyList<Observation> own = watch.IsRunning ? Own(window) : [];
        if (watch.IsRunning && !exported.IsConfigured)
        {
            return own;
        }

        try
        {
            // This process is exported, too, and its own watch says more.
            var others = await exported.ExamineAsync(Name, window, cancellationToken);
            return [.. own, .. others.Where(other => own.All(one => one.Code != other.Code))];
        }
        catch (PrometheusException ex)
        {
            return ProbeException.Unless([ex.Message], own);
        }
    }

    private IReadOnlyList<Observation> Own(DiagnosisWindow window)
    {
        var seconds = watch.Recent();
        IEnumerable<Observation?> observations = [Collection(seconds, window), Starvation(seconds, window)];
        return [.. observations.OfType<Observation>()];
    }

    private Observation? Collection(IReadOnlyList<RuntimeSecond> seconds, DiagnosisWindow window)
    {
        var last = seconds.TakeLast(Watched).ToList();
        if (last.Count < 3)
        {
            return null;
        }

        var share = 100 * last.Average(second => second.GcShare);
        window.Figures.Add(new Figure(
            Name, "paused for garbage collection", Process, Math.Round(share, 2), _options.GcPercent, "%", PauseQuery));
        return share <= _options.GcPercent ? null : new Observation(
            MachineFindings.GarbageCollection,
            $"This process was paused for garbage collection in {Number(share)} % of the last {last.Count} seconds.",
            [
                new Evidence(PauseQuery, $"{Number(share)} %", $"{Number(_options.GcPercent)} %"),
                new Evidence("GC.GetGCMemoryInfo().HeapSizeBytes", $"{GC.GetGCMemoryInfo().HeapSizeBytes >> 20} MB"),
            ])
        {
            Since = Since(seconds, second => 100 * second.GcShare > _options.GcPercent),
        };
    }

    /// <summary>Two delays count, or one that lasts: a single one may be the pause of a collection or of the machine.</summary>
    private Observation? Starvation(IReadOnlyList<RuntimeSecond> seconds, DiagnosisWindow window)
    {
        var last = seconds.TakeLast(Watched).ToList();
        if (last.Count == 0)
        {
            return null;
        }

        var late = last.Count(second => second.Delay > _options.ThreadPoolDelay);
        var worst = last.Max(second => second.Delay);
        window.Figures.Add(new Figure(
            Name, "wait for a thread", Process, Math.Round(worst.TotalSeconds, 3), _options.ThreadPoolDelay.TotalSeconds, "s",
            DelayQuery));
        return late < 2 && worst <= 3 * _options.ThreadPoolDelay ? null : new Observation(
            MachineFindings.ThreadPool,
            $"A task waited up to {Number(worst.TotalSeconds)} s for a thread; {ThreadPool.PendingWorkItemCount} tasks wait "
            + $"for {ThreadPool.ThreadCount} threads.",
            [
                new Evidence(DelayQuery, $"{Number(worst.TotalSeconds)} s", $"{Number(_options.ThreadPoolDelay.TotalSeconds)} s"),
                new Evidence("ThreadPool.PendingWorkItemCount", Number(ThreadPool.PendingWorkItemCount)),
                new Evidence("ThreadPool.ThreadCount", Number(ThreadPool.ThreadCount)),
            ])
        {
            Since = Since(seconds, second => second.Delay > _options.ThreadPoolDelay),
        };
    }

    /// <summary>The beginning of the newest stretch in which the state held, with at most ten good seconds between.</summary>
    private static DateTimeOffset? Since(IReadOnlyList<RuntimeSecond> seconds, Func<RuntimeSecond, bool> holds)
    {
        DateTimeOffset? since = null;
        foreach (var second in seconds.Reverse())
        {
            if (holds(second))
            {
                since = second.At;
            }
            else if (since - second.At > TimeSpan.FromSeconds(Watched))
            {
                break;
            }
        }

        return since;
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
