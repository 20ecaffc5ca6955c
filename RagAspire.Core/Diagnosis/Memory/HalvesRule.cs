using System.Globalization;

namespace RagAspire.Diagnosis.Memory;

/// <summary>
/// The classic rule: the mean of the second half against that of the first. It needs few samples and raises many false
/// alarms, because daily rhythm and warm-up look like leaks to it.
/// </summary>
internal static class HalvesRule
{
    private const int LeastSamples = 5;
    private const double Leak = 10;
    private const double Fall = -5;

    public static MemoryVerdict Judge(double[] values)
    {
        if (values.Length < LeastSamples)
        {
            return new MemoryVerdict(
                MemoryTrend.InsufficientData, $"{values.Length} samples after the warm-up; {LeastSamples} are needed.",
                    values.Length);
        }

        var before = values.Take(values.Length / 2).Average();
        var after = values.Skip(values.Length / 2).Average();
        var percent = before > 0 ? (after - before) / before * 100 : 0;
        var trend = percent switch
        {
            > Leak => MemoryTrend.Growing,
            < Fall => MemoryTrend.Shrinking,
            _ => MemoryTrend.Stable,
        };
        var reason = string.Create(
            CultureInfo.InvariantCulture, $"The mean changes by {percent:0.0} % from the first half to the second.");
        return new MemoryVerdict(trend, reason, values.Length, TrendTest.LastLevel(values));
    }
}
