using System.Globalization;
using Microsoft.Extensions.Options;

namespace RagAspire.Diagnosis.Machine;

/// <summary>Garbage collection and the thread pool of this process, over the last ten seconds.</summary>
internal sealed class RuntimeProbe(RuntimeWatch watch, IOptions<MachineOptions> options) : IProbe
{
    private const int Watched = 10;

    private readonly MachineOptions _options = options.Value;

    public string Name => "runtime";

    public Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        if (!watch.IsRunning)
        {
            // A command has no past: what it would measure is its own start.
            return Task.FromResult<IReadOnlyList<Observation>>([]);
        }

        var seconds = watch.Recent();
        IEnumerable<Observation?> observations = [Collection(seconds), Starvation(seconds)];
        return Task.FromResult<IReadOnlyList<Observation>>([.. observations.OfType<Observation>()]);
    }

    private Observation? Collection(IReadOnlyList<RuntimeSecond> seconds)
    {
        var last = seconds.TakeLast(Watched).ToList();
        var share = 100 * last.Select(second => second.GcShare).DefaultIfEmpty(0).Average();
        return last.Count < 3 || share <= _options.GcPercent ? null : new Observation(
            MachineFindings.GarbageCollection,
            $"This process was paused for garbage collection in {Number(share)} % of the last {last.Count} seconds.",
            [
                new Evidence("rate(dotnet_gc_pause_time_seconds_total[2m])", $"{Number(share)} %", $"{Number(_options.GcPercent)} %"),
                new Evidence("GC.GetGCMemoryInfo().HeapSizeBytes", $"{GC.GetGCMemoryInfo().HeapSizeBytes >> 20} MB"),
            ])
        {
            Since = Since(seconds, second => 100 * second.GcShare > _options.GcPercent),
        };
    }

    /// <summary>Two delays count, or one that lasts: a single one may be the pause of a collection or of the machine.</summary>
    private Observation? Starvation(IReadOnlyList<RuntimeSecond> seconds)
    {
        var last = seconds.TakeLast(Watched).ToList();
        var late = last.Count(second => second.Delay > _options.ThreadPoolDelay);
        var worst = last.Select(second => second.Delay).DefaultIfEmpty(TimeSpan.Zero).Max();
        return late < 2 && worst <= 3 * _options.ThreadPoolDelay ? null : new Observation(
            MachineFindings.ThreadPool,
            $"A task waited up to {Number(worst.TotalSeconds)} s for a thread; {ThreadPool.PendingWorkItemCount} tasks wait "
            + $"for {ThreadPool.ThreadCount} threads.",
            [
                new Evidence("delay of an empty task", $"{Number(worst.TotalSeconds)} s", $"{Number(_options.ThreadPoolDelay.TotalSeconds)} s"),
                new Evidence("dotnet_thread_pool_queue_length_total", Number(ThreadPool.PendingWorkItemCount)),
                new Evidence("dotnet_thread_pool_thread_count_total", Number(ThreadPool.ThreadCount)),
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
