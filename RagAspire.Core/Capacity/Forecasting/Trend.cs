using MathNet.Numerics.Distributions;

namespace RagAspire.Capacity.Forecasting;

/// <summary>The long-term change of a series.</summary>
/// <param name="Slope">Change per step, by Theil and Sen.</param>
/// <param name="Lower">Lower end of the 95 % interval of the slope.</param>
/// <param name="Upper">Upper end of the 95 % interval of the slope.</param>
/// <param name="RSquared">The share of the variance that the line explains, 0 to 1.</param>
public sealed record Trend(double Slope, double Lower, double Upper, double RSquared)
{
    // Slopes between more blocks than this cost time and add no precision.
    private const int MaximalBlocks = 100;

    /// <summary>Whether the interval leaves no doubt about the direction.</summary>
    public bool IsSignificant => Lower > 0 || Upper < 0;

    /// <summary>Estimates the trend of a series without rhythm, such as one mean for each day.</summary>
    /// <remarks>
    /// The interval is that of Sen, from the variance of Kendall's score; it is widened by the autocorrelation of what the line
    /// leaves over, because neighbouring values that resemble each other are worth fewer than they are.
    /// </remarks>
    public static Trend Of(ReadOnlySpan<double> values)
    {
        var blocks = Blocks(values, out var width);
        var slopes = Slopes(blocks);
        if (slopes.Length == 0)
        {
            return new Trend(0, double.NegativeInfinity, double.PositiveInfinity, 0);
        }

        Array.Sort(slopes);
        var slope = Robust.Median(slopes) / width;
        var count = blocks.Length;
        var correlation = Math.Clamp(RestCorrelation(blocks, slope * width), 0, .9);
        var variance = count * (count - 1.0) * ((2.0 * count) + 5) / 18 * (1 + correlation) / (1 - correlation);
        var reach = Normal.InvCDF(0, 1, .975) * Math.Sqrt(variance);
        return new Trend(
            slope,
            At(slopes, (slopes.Length - reach) / 2) / width,
            At(slopes, (slopes.Length + reach) / 2) / width,
            Explained(values, slope));
    }

    /// <summary>The median of the slopes between all pairs of values; of a long series, between medians of blocks.</summary>
    public static double SlopeOf(ReadOnlySpan<double> values) => Robust.Median(Slopes(Blocks(values, out var width))) / width;

    private static double[] Blocks(ReadOnlySpan<double> values, out int width)
    {
        width = Math.Max(1, (values.Length + MaximalBlocks - 1) / MaximalBlocks);
        var blocks = new double[values.Length / width];
        var skipped = values.Length % width;
        for (var block = 0; block < blocks.Length; block++)
        {
            blocks[block] = Robust.Median(values.Slice(skipped + (block * width), width));
        }

        return blocks;
    }

    private static double[] Slopes(ReadOnlySpan<double> values)
    {
        var slopes = new double[values.Length * (values.Length - 1) / 2];
        var count = 0;
        for (var later = 1; later < values.Length; later++)
        {
            for (var earlier = 0; earlier < later; earlier++)
            {
                slopes[count++] = (values[later] - values[earlier]) / (later - earlier);
            }
        }

        return slopes;
    }

    private static double RestCorrelation(ReadOnlySpan<double> values, double slope)
    {
        var rest = new double[values.Length];
        for (var index = 0; index < rest.Length; index++)
        {
            rest[index] = values[index] - (slope * index);
        }

        var mean = Robust.Mean(rest);
        var (product, square) = (0.0, 0.0);
        for (var index = 0; index < rest.Length; index++)
        {
            square += (rest[index] - mean) * (rest[index] - mean);
            product += index == 0 ? 0 : (rest[index] - mean) * (rest[index - 1] - mean);
        }

        return square > 0 ? product / square : 0;
    }

    private static double Explained(ReadOnlySpan<double> values, double slope)
    {
        var (mean, middle) = (Robust.Mean(values), (values.Length - 1) / 2.0);
        var (total, left) = (0.0, 0.0);
        for (var index = 0; index < values.Length; index++)
        {
            var deviation = values[index] - mean;
            var rest = deviation - (slope * (index - middle));
            total += deviation * deviation;
            left += rest * rest;
        }

        return total > 0 ? Math.Clamp(1 - (left / total), 0, 1) : 0;
    }

    private static double At(double[] sorted, double position) =>
        sorted[(int)Math.Clamp(Math.Round(position), 0, sorted.Length - 1)];
}
