namespace RagAspire.Capacity.Forecasting;

/// <summary>The usual measures of a forecast against what came.</summary>
public static class Accuracy
{
    /// <summary>Symmetric mean absolute percentage error, 0 to 200.</summary>
    public static double Smape(IReadOnlyList<double> forecast, IReadOnlyList<double> actual)
    {
        var sum = 0.0;
        for (var step = 0; step < actual.Count; step++)
        {
            var size = Math.Abs(forecast[step]) + Math.Abs(actual[step]);
            sum += size > 0 ? 200 * Math.Abs(forecast[step] - actual[step]) / size : 0;
        }

        return sum / actual.Count;
    }

    /// <summary>Mean absolute error, divided by that of repeating each value one cycle later within the history.</summary>
    public static double Mase(IReadOnlyList<double> forecast, IReadOnlyList<double> actual, ReadOnlySpan<double> history,
        int period)
    {
        var naive = 0.0;
        for (var index = period; index < history.Length; index++)
        {
            naive += Math.Abs(history[index] - history[index - period]);
        }

        var error = 0.0;
        for (var step = 0; step < actual.Count; step++)
        {
            error += Math.Abs(forecast[step] - actual[step]);
        }

        error /= actual.Count;
        naive /= Math.Max(1, history.Length - period);
        return error == 0 ? 0 : error / naive;
    }

    /// <summary>The share of values within a band.</summary>
    public static double Coverage(Band band, IReadOnlyList<double> actual)
    {
        var inside = 0;
        for (var step = 0; step < actual.Count; step++)
        {
            inside += actual[step] >= band.Lower[step] && actual[step] <= band.Upper[step] ? 1 : 0;
        }

        return (double)inside / actual.Count;
    }

    internal static BacktestResult Of(
        IReadOnlyList<(double[] Forecast, double[] Actual)> past, double[] history, int period, Intervals intervals) => new(
        past.Count,
        past[0].Actual.Length,
        past.Average(pair => Smape(pair.Forecast, pair.Actual)),
        past.Average(pair => Mase(pair.Forecast, pair.Actual, history, period)),
        past.Average(pair => Backtest.MeanError(pair.Forecast, pair.Actual)),
        past.Average(pair => pair.Actual.Select((actual, step) =>
            Math.Abs(actual - pair.Forecast[step]) <= intervals.HalfWidth(step, .95) ? 1.0 : 0).Average()));
}
