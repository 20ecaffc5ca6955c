namespace RagAspire.Capacity.Forecasting;

/// <summary>Forecasts of each method from several times in the past, beside what came.</summary>
internal sealed class Backtest
{
    private const int MaximalOrigins = 16;
    private const int MinimalOrigins = 6;

    // A long series is tested from fewer times, which keeps a forecast quick.
    private const int MaximalValues = 24_000;
    private const int OriginsPerHorizon = 4;

    // Among the powers 1 to 8 of the inverse error, 3 was the best on held-out data; the optimum is flat.
    private const double Sharpness = 3;

    // How much less each earlier origin counts, so that a series which has changed is soon told by other methods.
    private const double Fading = .9;

    private readonly double[][][] _forecasts;
    private readonly double[][] _actual;
    private readonly double[][] _errors;

    private Backtest(double[][][] forecasts, double[][] actual, int horizon)
    {
        (_forecasts, _actual, Horizon) = (forecasts, actual, horizon);
        _errors = [.. forecasts.Select((origin, index) =>
            origin.Select(forecast => MeanError(forecast, actual[index])).ToArray())];
    }

    public int Horizon { get; }

    public int Origins => _actual.Length;

    /// <summary>Runs all methods. Origins lie a quarter of the horizon apart, and each has half of the history before
    /// it.</summary>
    public static Backtest Run(IReadOnlyList<IForecastMethod> methods, double[] values, int horizon)
    {
        var most = methods.Max(method => method.Needs);
        var needed = Math.Max(most + 1, Math.Min(values.Length / 2, 3 * most));
        var limit = Math.Clamp(MaximalValues / values.Length, MinimalOrigins, MaximalOrigins);
        var tested = Math.Max(1, Math.Min(horizon, (values.Length - needed) * 2 / 3));
        var spacing = Math.Max(1, tested / OriginsPerHorizon);
        var origins = new List<int>();
        for (var origin = values.Length - tested; origin >= needed && origins.Count < limit; origin -= spacing)
        {
            origins.Add(origin);
        }

        return new Backtest(
            [.. origins.Select(origin => methods.Select(method => method.Forecast(values.AsSpan(0, origin), tested)).ToArray())],
            [.. origins.Select(origin => values[origin..(origin + tested)])],
            tested);
    }

    /// <summary>The weight of each method: the inverse of its typical error, sharpened.</summary>
    /// <param name="except">An origin that does not count; null when all do.</param>
    public double[] Weights(int? except = null)
    {
        int[] counted = [.. Enumerable.Range(0, Origins).Where(origin => origin != except || Origins == 1)];
        double[] recency = [.. counted.Select(origin => Math.Pow(Fading, origin))];
        double[] typical =
        [
            .. Enumerable.Range(0, _errors[0].Length).Select(method =>
                Robust.MiddleMean([.. counted.Select(origin => _errors[origin][method])], recency)),
        ];

        // A perfect method leaves no error to divide by.
        var smallest = Math.Max(typical.Min(), 1e-12);
        double[] weights = [.. typical.Select(error => Math.Pow(smallest / Math.Max(error, smallest), Sharpness))];
        var sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    /// <summary>
    /// The combined forecast of each origin and what came. The weights for an origin are those that the other origins give,
    /// so that no forecast is judged by errors that chose it.
    /// </summary>
    public IEnumerable<(double[] Forecast, double[] Actual)> Combined()
    {
        for (var origin = 0; origin < Origins; origin++)
        {
            yield return (Combine(_forecasts[origin], Weights(except: origin)), _actual[origin]);
        }
    }

    /// <summary>The middle of the forecasts at each step: a method that runs away does not count there, unless it has most of
    /// the weight.</summary>
    public static double[] Combine(double[][] forecasts, double[] weights)
    {
        var combined = new double[forecasts[0].Length];
        var candidates = new double[forecasts.Length];
        for (var step = 0; step < combined.Length; step++)
        {
            for (var method = 0; method < forecasts.Length; method++)
            {
                candidates[method] = forecasts[method][step];
            }

            combined[step] = Robust.MiddleMean(candidates, weights);
        }

        return combined;
    }

    public static double MeanError(double[] forecast, double[] actual)
    {
        var sum = 0.0;
        for (var step = 0; step < forecast.Length; step++)
        {
            sum += Math.Abs(forecast[step] - actual[step]);
        }

        return sum / forecast.Length;
    }
}
