using Microsoft.Extensions.Options;
using RagAspire.Database;
using RagAspire.Monitoring;

namespace RagAspire.Diagnosis.Memory;

/// <summary>Judges the memory of all services. It reads and changes nothing.</summary>
public sealed class MemoryDiagnosis(
    MemoryHistory history, HeapDumps dumps, IOptions<MemoryLeakOptions> options, TimeProvider time)
{
    /// <summary>Counts waver by a few; below this share of growth they are stable.</summary>
    private const double LeastGrowthOfCounts = .2;

    /// <summary>How often verdicts that are exported are renewed.</summary>
    public TimeSpan Interval => options.Value.Interval;

    /// <param name="window">Judges this much of the history, instead of the short and the long window of the options.</param>
    public async Task<MemoryReport> ExamineAsync(TimeSpan? window, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        TimeSpan[] windows = window is { } one ? [one] : [settings.ShortWindow, settings.LongWindow];
        var since = time.GetUtcNow() - windows.Max();
        var unknown = new List<string>();
        var stored = await TryAsync(history.StoredAsync(since, cancellationToken), unknown);
        var exported = await TryAsync(history.ExportedAsync(since, cancellationToken), unknown);
        var services = stored.Concat(exported)
            .Where(process => process.Parts is [{ Series.Points.Count: > 0 }, ..])
            .Select(process => Judge(process, windows, settings))
            .OrderByDescending(service => service.Trend == MemoryTrend.Growing)
            .ThenBy(service => service.Service, StringComparer.Ordinal)
            .ToList();
        return new MemoryReport(
            time.GetUtcNow(), Worst(services.Select(service => service.Trend)), settings.Rule, services, unknown);
    }

    private static async Task<IReadOnlyList<ProcessHistory>> TryAsync(
        Task<IReadOnlyList<ProcessHistory>> source, List<string> unknown)
    {
        try
        {
            return await source;
        }
        catch (PrometheusException ex)
        {
            unknown.Add(ex.Message);
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex))
        {
            unknown.Add($"The stored samples cannot be read: {ex.Message}");
        }

        return [];
    }

    private ServiceMemory Judge(ProcessHistory process, TimeSpan[] windows, MemoryLeakOptions settings)
    {
        var now = time.GetUtcNow();
        var ofCounts = new MemoryLeakOptions
        {
            Rule = settings.Rule,
            WarmUp = settings.WarmUp,
            LeastGrowth = LeastGrowthOfCounts,
        };
        var parts = (
            from part in process.Parts
            from window in windows
            let verdict = LeakDetector.Judge(Within(part.Series, now - window), part.Unit == "bytes" ? settings : ofCounts)
            select new PartVerdict(part.Part, part.Unit, window, verdict, part.Query)).ToList();
        var main = process.Parts[0].Series;
        var trend = parts.Any(part => part.Verdict.Trend == MemoryTrend.Growing)
            ? MemoryTrend.Growing
            : Worst(parts.Where(part => part.Part == process.Parts[0].Part).Select(part => part.Verdict.Trend));
        return new ServiceMemory(
            process.Service,
            process.Instance,
            main.StartedAt,
            main.Points[^1].At,
            main.Points[^1].Value,
            main.Limit,
            trend,
            parts)
        {
            Heap = dumps.LastOf(process.Service),
        };
    }

    private static MemorySeries Within(MemorySeries series, DateTimeOffset since)
    {
        var first = Enumerable.Range(0, series.Points.Count)
            .FirstOrDefault(i => series.Points[i].At >= since, series.Points.Count);
        return series with
        {
            Points = [.. series.Points.Skip(first)],
            Loads = [.. series.Loads.Select(load => load with { Values = [.. load.Values.Skip(first)] })],
        };
    }

    private static MemoryTrend Worst(IEnumerable<MemoryTrend> trends)
    {
        var all = trends.ToHashSet();
        MemoryTrend[] order = [MemoryTrend.Growing, MemoryTrend.Stable, MemoryTrend.Shrinking];
        return order.FirstOrDefault(all.Contains, MemoryTrend.InsufficientData);
    }
}
