using MathNet.Numerics.Statistics;

namespace RagAspire.Capacity.Forecasting;

/// <summary>Statistics that a few wild values do not move.</summary>
internal static class Robust
{
    /// <summary>Makes the median absolute deviation of normal values their standard deviation.</summary>
    public const double MadToDeviation = 1.4826;

    public static double Sum(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }

    public static double Mean(ReadOnlySpan<double> values) => values.IsEmpty ? 0 : Sum(values) / values.Length;

    /// <summary>The median; 0 of nothing. Few values are sorted in place of a copy.</summary>
    public static double Median(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
        {
            return 0;
        }

        if (values.Length > 32)
        {
            return ArrayStatistics.MedianInplace(values.ToArray());
        }

        Span<double> sorted = stackalloc double[values.Length];
        values.CopyTo(sorted);
        sorted.Sort();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The standard deviation of the bulk of the values, from their median absolute deviation.</summary>
    public static double Deviation(ReadOnlySpan<double> values)
    {
        var median = Median(values);
        var distances = new double[values.Length];
        for (var index = 0; index < values.Length; index++)
        {
            distances[index] = Math.Abs(values[index] - median);
        }

        return MadToDeviation * Median(distances);
    }

    /// <summary>The mean of the middle half, by weight: a quarter of the weight at each end does not count.</summary>
    /// <param name="weights">One for each value, not all 0.</param>
    public static double MiddleMean(ReadOnlySpan<double> values, ReadOnlySpan<double> weights)
    {
        var (sorted, weightOf) = (values.ToArray(), weights.ToArray());
        Array.Sort(sorted, weightOf);
        var half = Sum(weights) / 2;
        var (passed, sum) = (0.0, 0.0);
        for (var index = 0; index < sorted.Length; index++)
        {
            var until = passed + weightOf[index];
            sum += sorted[index] * Math.Max(0, Math.Min(until, 1.5 * half) - Math.Max(passed, half / 2));
            passed = until;
        }

        return sum / half;
    }

    /// <summary>A quantile, interpolated.</summary>
    public static double Quantile(ReadOnlySpan<double> values, double share) =>
        values.IsEmpty ? 0 : ArrayStatistics.QuantileCustomInplace(values.ToArray(), share, QuantileDefinition.R7);

    public static bool IsPositive(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            if (value <= 0)
            {
                return false;
            }
        }

        return true;
    }
}
