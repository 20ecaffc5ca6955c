namespace RagAspire.Capacity.Forecasting;

/// <summary>A series that can be forecast, and what had to be done to it.</summary>
/// <param name="Values">Equally spaced, without gaps.</param>
/// <param name="Gaps">The number of values that were missing.</param>
/// <param name="Outliers">The number of values that were replaced because they stood alone.</param>
public sealed record RepairedSeries(double[] Values, int Gaps, int Outliers);

/// <summary>Fills gaps and removes single wild values.</summary>
public static class SeriesRepair
{
    // Reaches three values to each side, so a burst of more than three values is real.
    private const int Reach = 3;
    private const double WildDeviations = 8;
    private const int ShortGap = 3;

    /// <param name="values">NaN where a value is missing; the first and the last are present.</param>
    /// <param name="cycle">The length of a day; a long gap repeats the day before, a short one is bridged by a straight
    /// line.</param>
    public static RepairedSeries Repair(double[] values, int cycle)
    {
        ArgumentNullException.ThrowIfNull(values);
        var repaired = values.ToArray();
        var gaps = Fill(repaired, cycle);
        return new RepairedSeries(repaired, gaps, ReplaceOutliers(repaired));
    }

    private static int Fill(double[] values, int cycle)
    {
        var filled = 0;
        for (var start = 1; start < values.Length; start++)
        {
            if (!double.IsNaN(values[start]))
            {
                continue;
            }

            var end = start;
            while (end < values.Length && double.IsNaN(values[end]))
            {
                end++;
            }

            filled += end - start;
            FillOne(values, start, end, cycle);
            start = end;
        }

        return filled;
    }

    private static void FillOne(double[] values, int start, int end, int cycle)
    {
        var (before, after) = (values[start - 1], end < values.Length ? values[end] : values[start - 1]);
        var repeats = end - start > ShortGap && cycle > 1 && start > cycle && end < values.Length;

        // The day before, moved so that it joins the values around the gap.
        var offset = repeats ? before - values[start - 1 - cycle] : 0;
        for (var index = start; index < end; index++)
        {
            var share = (index - start + 1.0) / (end - start + 1);
            values[index] = repeats ? values[index - cycle] + (offset * (1 - share)) : before + ((after - before) * share);
        }
    }

    private static int ReplaceOutliers(double[] values)
    {
        var differences = new double[values.Length];
        var medians = new double[values.Length];
        for (var index = 0; index < values.Length; index++)
        {
            medians[index] = MedianOfNeighbours(values, index);
            differences[index] = values[index] - medians[index];
        }

        // A series that mostly stands still has no deviation to compare with,
        // and a value at an end has neighbours on one side only.
        var wild = WildDeviations * Robust.Deviation(differences);
        var replaced = 0;
        for (var index = Reach; index < values.Length - Reach && wild > 0; index++)
        {
            if (Math.Abs(differences[index]) > wild)
            {
                values[index] = medians[index];
                replaced++;
            }
        }

        return replaced;
    }

    private static double MedianOfNeighbours(double[] values, int index)
    {
        Span<double> neighbours = stackalloc double[2 * Reach];
        var count = 0;
        for (var other = Math.Max(0, index - Reach); other <= Math.Min(values.Length - 1, index + Reach); other++)
        {
            if (other != index)
            {
                neighbours[count++] = values[other];
            }
        }

        return Robust.Median(neighbours[..count]);
    }
}
