namespace RagAspire.Capacity.Forecasting;

/// <summary>Continues a series by a combination of methods, weighted by how each would have done in the past.</summary>
public static class Forecaster
{
    /// <summary>The fewest values from which anything can be said.</summary>
    public const int FewestValues = 16;

    private const double NinetyFivePercent = 1.96;

    /// <param name="values">Equally spaced, without gaps, at least <see cref="FewestValues"/>.</param>
    /// <param name="rhythms">The cycles to look for, the shortest first; those that the history holds too rarely are left
    /// out.</param>
    public static Forecast Forecast(double[] values, int horizon, IReadOnlyList<Rhythm> rhythms)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Length, FewestValues, nameof(values));
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        Rhythm[] known = [.. Known(values, rhythms)];
        var methods = MethodCatalog.For(known, Robust.IsPositive(values));
        return Combine(methods, values, horizon, known);
    }

    /// <summary>
    /// Continues a series further than its own history can test. The methods are then those that smooth the rhythm; they follow
    /// a straight line where the trend is beyond doubt, and a level where it is not.
    /// </summary>
    /// <param name="trend">The trend of one mean for each <paramref name="block"/> values.</param>
    /// <param name="block">The number of values of the shortest cycle.</param>
    public static Forecast ForecastFar(double[] values, int horizon, IReadOnlyList<Rhythm> rhythms, Trend trend, int block)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Length, FewestValues, nameof(values));
        ArgumentNullException.ThrowIfNull(trend);
        Rhythm[] known = [.. Known(values, rhythms)];
        var deviation = double.IsFinite(trend.Upper) ? (trend.Upper - trend.Lower) / 2 / NinetyFivePercent / block : 0;
        return Combine(MethodCatalog.ForLong(known, trend.IsSignificant), values, horizon, known, deviation);
    }

    /// <summary>The cycles that the history holds often enough to know them.</summary>
    public static IEnumerable<Rhythm> Known(double[] values, IReadOnlyList<Rhythm> rhythms) =>
        rhythms.Where(rhythm => values.Length >= (2 * rhythm.Period) + Math.Max(rhythm.Period / 2, 4));

    private static Forecast Combine(
        IReadOnlyList<IForecastMethod> methods, double[] values, int horizon, Rhythm[] rhythms, double slope = 0)
    {
        var backtest = Backtest.Run(methods, values, horizon);
        var weights = backtest.Weights();
        var forecast = Backtest.Combine([.. methods.Select(method => method.Forecast(values, horizon))], weights);
        (double[] Forecast, double[] Actual)[] past = [.. backtest.Combined()];
        var intervals = Intervals.From(past, slope);
        return new Forecast(
            forecast,
            Band(forecast, intervals, .80),
            Band(forecast, intervals, .95),
            [
                .. methods.Select((method, index) => new MethodWeight(method.Name, weights[index]))
                    .OrderByDescending(method => method.Weight),
            ],
            Accuracy.Of(past, values, rhythms.Length == 0 ? 1 : rhythms[0].Period, intervals));
    }

    private static Band Band(double[] forecast, Intervals intervals, double probability) => new(
        [.. forecast.Select((value, step) => value - intervals.HalfWidth(step, probability))],
        [.. forecast.Select((value, step) => value + intervals.HalfWidth(step, probability))]);
}
