namespace RagAspire.Capacity.Forecasting;

/// <summary>Simple exponential smoothing: the level now, which is expected to stay.</summary>
/// <param name="weight">The weight of a new value; null for the one with the smallest errors.</param>
internal sealed class Smoothing(double? weight = null) : IForecastMethod
{
    private static readonly double[] Weights = [.01, .02, .05, .1, .2, .3, .4, .5, .6, .7, .8, .9, .99];

    public string Name => weight is null ? "smoothing" : "slow smoothing";

    public int Needs => 3;

    public double[] Forecast(ReadOnlySpan<double> values, int horizon)
    {
        var forecast = new double[horizon];
        Array.Fill(forecast, Level(values, weight ?? BestWeight(values)).Level);
        return forecast;
    }

    public static double BestWeight(ReadOnlySpan<double> values)
    {
        var (best, smallest) = (Weights[0], double.MaxValue);
        foreach (var candidate in Weights)
        {
            var errors = Level(values, candidate).SquaredErrors;
            (best, smallest) = errors < smallest ? (candidate, errors) : (best, smallest);
        }

        return best;
    }

    /// <summary>The smoothed level at the end, and the sum of squared errors of one step ahead.</summary>
    public static (double Level, double SquaredErrors) Level(ReadOnlySpan<double> values, double weight)
    {
        var (level, errors) = (values[0], 0.0);
        foreach (var value in values[1..])
        {
            var error = value - level;
            errors += error * error;
            level += weight * error;
        }

        return (level, errors);
    }
}
