namespace RagAspire.Capacity.Forecasting;

/// <summary>Repeats the last cycle, scaled by how the last day differs from the same day one cycle before.</summary>
/// <param name="window">The length of that day.</param>
/// <param name="share">The share of the change that is expected to stay: 1 all, 0 nothing.</param>
internal sealed class AdjustedSeason(int period, string rhythm, int window, double share) : IForecastMethod
{
    // A ratio beyond this is a gap or a jump, and not a change of the level.
    private const double LargestRatio = 4;

    public string Name => share < 1 ? $"last {rhythm}, half adjusted" : $"last {rhythm}, adjusted";

    public int Needs => period + window;

    public double[] Forecast(ReadOnlySpan<double> values, int horizon)
    {
        var now = Robust.Sum(values[^window..]);
        var before = Robust.Sum(values[^(window + period)..^period]);
        var ratio = now > 0 && before > 0 ? Math.Pow(Math.Clamp(now / before, 1 / LargestRatio, LargestRatio), share) : 1;
        var forecast = new double[horizon];
        for (var step = 0; step < horizon; step++)
        {
            forecast[step] = values[^(period - (step % period))] * ratio;
        }

        return forecast;
    }
}
