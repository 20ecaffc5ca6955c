using System.Globalization;
using RagAspire.Diagnosis.Memory;
using RagAspire.Monitoring.Memory;

namespace RagAspire.Worker.Commands;

/// <summary>Samples a process or container, writes a line for each sample, and judges at the end.</summary>
internal sealed class MemoryWatch(WatchedMemory watched, TimeProvider time, TextWriter output)
{
    private readonly List<MemoryPoint> _points = [];
    private MemoryReading? _last;

    /// <summary>Watches until the time is over, the process ends, or the watch is stopped.</summary>
    public async Task<MemoryVerdict> RunAsync(
        TimeSpan duration, TimeSpan every, MemoryLeakOptions options, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync(
            $"Watching the {watched.Kind} {watched.Name} for {MemoryText.Span(duration)}, "
            + $"a sample every {every.TotalSeconds:0.##} s.");
        var end = time.GetUtcNow() + duration;
        try
        {
            while (time.GetUtcNow() < end)
            {
                await SampleAsync();
                await Task.Delay(every, time, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            await output.WriteLineAsync("Stopped; the verdict is on the samples so far.");
        }

        var verdict = LeakDetector.Judge(new MemorySeries(_points, _last?.StartedAt, _last?.Limit), options);
        await ShowAsync(verdict);
        return verdict;
    }

    private async Task SampleAsync()
    {
        var now = time.GetUtcNow();
        if (watched.Read() is not { } reading)
        {
            await output.WriteLineAsync($"{now:HH:mm:ss}  does not run");
            return;
        }

        if (_last is not null && reading.StartedAt != _last.StartedAt)
        {
            _points.Clear();
            await output.WriteLineAsync($"{now:HH:mm:ss}  was restarted; older samples do not count");
        }

        _last = reading;
        _points.Add(new MemoryPoint(now, reading.Bytes));
        var share = reading.Limit is { } limit
            ? string.Create(CultureInfo.InvariantCulture, $" ({100.0 * reading.Bytes / limit:0.0} %)") : "";
        var change = MemoryText.Bytes(reading.Bytes - _points[0].Value);
        await output.WriteLineAsync(
            $"{now:HH:mm:ss}  {MemoryText.Bytes(reading.Bytes)}{share}  since the start {change}  "
            + $"handles {Text(reading.Handles)}  threads {Text(reading.Threads)}");
    }

    private async Task ShowAsync(MemoryVerdict verdict)
    {
        await output.WriteLineAsync();
        await output.WriteLineAsync($"Verdict: {MemoryText.Trend(verdict.Trend)}. {verdict.Reason}");
        if (verdict.PerHour is { } rate)
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"Rate: {MemoryText.Bytes(rate)}/h ({MemoryText.Bytes(verdict.Low ?? rate)} to "
                + $"{MemoryText.Bytes(verdict.High ?? rate)}), confidence {verdict.Confidence:0.000}."));
        }

        if (verdict.ToLimit is { } toLimit)
        {
            await output.WriteLineAsync($"Limit reached in {MemoryText.Span(toLimit.Likely)} ({MemoryText.Interval(toLimit)}).");
        }

        if (verdict.Trend == MemoryTrend.Growing)
        {
            await output.WriteLineAsync("""
                What to do:
                1. Look for errors in the service's log.
                2. Check for database connections, files and timers that are never closed.
                3. Compare with the garbage collections: does the heap shrink after a full one?
                4. Restart the service at a quiet hour to gain time.
                """);
        }
    }

    private static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "–";
}
