namespace RagAspire.Diagnosis.Memory;

/// <summary>
/// Growth that is no leak: a level that changed once, such as a cache that fills, and a part of a slow wave. Tests of rank take
/// either for a trend, but it fits the values better than a line does.
/// </summary>
internal static class StepOrWave
{
    /// <summary>A trend beside the step or the wave is believed when at most this share of the squares is left by it.</summary>
    private const double MostLeftByTrend = .85;

    /// <summary>The share of the series on each side of a step that is needed to know both levels.</summary>
    private const double LeastBesideStep = 1 / 12.0;

    /// <summary>Periods as shares of the series: of shorter waves the floor shows, and longer ones are nearly lines.</summary>
    private static readonly double[] Periods = [.. Enumerable.Range(0, 12).Select(i => .3 * Math.Pow(1.15, i))];

    /// <param name="mostLeft">The share of a line's squared errors that a step, or a wave, may leave to explain the
    /// growth.</param>
    public static bool Explains(double[] times, double[] values, (double Step, double Wave) mostLeft)
    {
        var at = times.Select(time => (time - times[0]) / (times[^1] - times[0])).ToArray();
        var line = LeastSquares.Fit(values, at).Error;
        var from = StepOf(values);
        double[] step = [.. values.Select((_, i) => i < from ? 0.0 : 1.0)];
        return Explains(values, at, mostLeft.Step * line, step)
            || Explains(values, at, mostLeft.Wave * line, WaveOf(values, at));
    }

    private static bool Explains(double[] values, double[] at, double mostLeft, params double[][] shape)
    {
        var error = LeastSquares.Fit(values, shape).Error;
        var (left, slope) = LeastSquares.Fit(values, [.. shape, at]);
        return error < mostLeft && (slope <= 0 || left > MostLeftByTrend * error);
    }

    /// <summary>The first index after the step that leaves least.</summary>
    private static int StepOf(double[] values)
    {
        var mean = values.Average();
        var sum = 0.0;
        var (best, gain) = (0, -1.0);
        for (var i = 1; i < values.Length; i++)
        {
            sum += values[i - 1] - mean;

            // What two levels explain of the squares; both sums are the same but for their sign.
            var explained = sum * sum * ((1.0 / i) + (1.0 / (values.Length - i)));
            if (Math.Min(i, values.Length - i) > LeastBesideStep * values.Length && explained > gain)
            {
                (best, gain) = (i, explained);
            }
        }

        return best;
    }

    /// <summary>Sine and cosine of the period that leaves least.</summary>
    private static double[][] WaveOf(double[] values, double[] at) => Periods
        .Select(period => new[]
        {
            at.Select(time => Math.Sin(Math.Tau * time / period)).ToArray(),
            at.Select(time => Math.Cos(Math.Tau * time / period)).ToArray(),
        })
        .MinBy(wave => LeastSquares.Fit(values, wave).Error)!;
}
