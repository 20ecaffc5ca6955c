namespace RagAspire.Diagnosis;

/// <summary>How much counters have grown.</summary>
/// <param name="Since">The time of the earlier reading.</param>
/// <param name="By">In the order of the counters.</param>
internal sealed record CounterGrowth(DateTimeOffset Since, IReadOnlyList<double> By);

/// <summary>
/// Readings of counters that only grow, so that a trouble is over when its window has passed. What a counter has reached in the
/// life of a server says nothing about now.
/// </summary>
internal sealed class CounterHistory
{
    private const int MaxReadings = 1_000;

    private readonly Dictionary<string, List<(DateTimeOffset At, double[] Values)>> _readings = [];

    /// <summary>
    /// Keeps a reading, and compares it with the last one before the window, else with the first within it.
    /// </summary>
    /// <param name="name">What is counted.</param>
    /// <param name="began">When the counters began at 0; null when that cannot be told.</param>
    /// <returns>Null without an earlier reading, unless the counters began within the window.</returns>
    public CounterGrowth? Read(string name, DiagnosisWindow window, DateTimeOffset? began, params double[] values)
    {
        lock (_readings)
        {
            var readings = Of(name);

            // Counters that are smaller than before were reset.
            if (readings.Count > 0 && readings[^1].Values.Zip(values).Any(pair => pair.Second < pair.First))
            {
                began = began > readings[^1].At ? began : readings[^1].At;
                readings.Clear();
            }

            if (readings.Count == 0 && began >= window.Since)
            {
                readings.Add((began.Value, new double[values.Length]));
            }

            return Keep(name, readings, window, values);
        }
    }

    /// <summary>Keeps the reading of a size, which may shrink, and compares it as a counter is compared.</summary>
    /// <returns>Null without an earlier reading.</returns>
    public CounterGrowth? ReadSize(string name, DiagnosisWindow window, double value)
    {
        lock (_readings)
        {
            return Keep(name, Of(name), window, [value]);
        }
    }

    private CounterGrowth? Keep(
        string name, List<(DateTimeOffset At, double[] Values)> readings, DiagnosisWindow window, double[] values)
    {
        var earlier = readings.FindLast(reading => reading.At <= window.Since);
        earlier = earlier.Values is null && readings.Count > 0 ? readings[0] : earlier;
        if (readings.Count >= MaxReadings)
        {
            // Half of them are as good for a comparison, only less exact in time.
            _readings[name] = readings = [.. readings.Where((_, index) => index % 2 == 0)];
        }

        readings.Add((window.Until, values));
        return earlier.Values is null
            ? null
            : new CounterGrowth(earlier.At, [.. values.Zip(earlier.Values, (now, before) => now - before)]);
    }

    private List<(DateTimeOffset At, double[] Values)> Of(string name)
    {
        if (!_readings.TryGetValue(name, out var readings))
        {
            _readings[name] = readings = [];
        }

        return readings;
    }

    /// <summary>Events of an hour; less than an hour counts as one, so that a short burst is not projected.</summary>
    public static double PerHour(CounterGrowth growth, DiagnosisWindow window) =>
        growth.By[0] / Math.Max(1, (window.Until - growth.Since).TotalHours);
}
