namespace RagAspire.Capacity.Forecasting;

/// <summary>A straight line with the Theil–Sen slope, through the present level.</summary>
/// <param name="share">The share of the history, from its end, that counts; less than 1 follows a change of pace.</param>
internal sealed class RobustLine(double share = 1) : IForecastMethod
{
    public string Name => share < 1 ? "recent line" : "robust line";

    public int Needs => share < 1 ? 24 : 8;

    public double[] Forecast(ReadOnlySpan<double> values, int horizon)
    {
        var recent = values[^Math.Max(8, (int)(values.Length * share))..];
        var slope = Trend.SlopeOf(recent);
        var rest = new double[recent.Length];
        for (var index = 0; index < recent.Length; index++)
        {
            rest[index] = recent[index] - (slope * (index - recent.Length + 1));
        }

        // The level of the last eighth: a step in the past (a clean-up, a migration) has moved it for good.
        var level = Robust.Median(rest.AsSpan(rest.Length - Math.Max(4, rest.Length / 8)));
        var forecast = new double[horizon];
        for (var step = 0; step < horizon; step++)
        {
            forecast[step] = level + (slope * (step + 1));
        }

        return forecast;
    }
}
