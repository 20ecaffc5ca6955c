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
        var methods = _errors[0].Length;
        var weights = new double[methods];
        var errors = new double[Origins];
        for (var method = 0; method < methods; method++)
        {
            var count = 0;
            for (var origin = 0; origin < Origins; origin++)
            {
                if (origin != except || Origins == 1)
                {
                    errors[count++] = _errors[origin][method];
                }
            }

            weights[method] = Robust.Median(errors.AsSpan(0, count));
        }

        // A perfect method leaves no error to divide by.
        var smallest = Math.Max(weights.Min(), 1e-12);
        for (var method = 0; method < methods; method++)
        {
            weights[method] = Math.Pow(smallest / Math.Max(weights[method], smallest), Sharpness);
        }

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

    public static double[] Combine(double[][] forecasts, double[] weights)
    {
        var combined = new double[forecasts[0].Length];
        for (var method = 0; method < forecasts.Length; method++)
        {
            for (var step = 0; step < combined.Length; step++)
            {
                combined[step] += weights[method] * forecasts[method][step];
            }
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
