namespace RagAspire.Capacity.Forecasting;

/// <summary>Holt's linear smoothing with a trend that fades (Gardner and McKenzie).</summary>
internal sealed class DampedTrend : IForecastMethod
{
    private static readonly double[] LevelWeights = [.05, .1, .2, .4, .6, .8, .95];
    private static readonly double[] TrendWeights = [.01, .05, .1, .3];
    private static readonly double[] Dampings = [.8, .9, .98];

    // Older values have no weight in the end, and cost time.
    private const int MaximalValues = 800;

    public string Name => "damped trend";

    public int Needs => 8;

    public double[] Forecast(ReadOnlySpan<double> values, int horizon)
    {
        values = values[^Math.Min(values.Length, MaximalValues)..];
        var best = (Level: 0.0, Trend: 0.0, Damping: 1.0, Errors: double.MaxValue);
        var first = FirstTrend(values);
        foreach (var level in LevelWeights)
        {
            foreach (var trend in TrendWeights)
            {
                foreach (var damping in Dampings)
                {
                    var run = Run(values, first, level, trend, damping);
                    best = run.Errors < best.Errors ? (run.Level, run.Trend, damping, run.Errors) : best;
                }
            }
        }

        var (sum, factor) = (0.0, 1.0);
        var forecast = new double[horizon];
        for (var step = 0; step < horizon; step++)
        {
            factor *= best.Damping;
            sum += factor;
            forecast[step] = best.Level + (sum * best.Trend);
        }

        return forecast;
    }

    private static double FirstTrend(ReadOnlySpan<double> values)
    {
        Span<double> differences = stackalloc double[Math.Min(10, values.Length - 1)];
        for (var index = 0; index < differences.Length; index++)
        {
            differences[index] = values[index + 1] - values[index];
        }

        return Robust.Median(differences);
    }

    private static (double Level, double Trend, double Errors) Run(
        ReadOnlySpan<double> values, double trend, double levelWeight, double trendWeight, double damping)
    {
        var (level, errors) = (values[0], 0.0);
        foreach (var value in values[1..])
        {
            var expected = level + (damping * trend);
            var error = value - expected;
            errors += error * error;
            level = expected + (levelWeight * error);
            trend = (damping * trend) + (levelWeight * trendWeight * error);
        }

        return (level, trend, errors);
    }
}
