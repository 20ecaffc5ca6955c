namespace RagAspire.Capacity.Forecasting;

/// <summary>The present deviation fades towards the mean of the last cycle, as fast as deviations did before (AR(1)).</summary>
/// <param name="cycle">The number of values in that mean.</param>
internal sealed class Reverting(int cycle) : IForecastMethod
{
    private const int CyclesForPersistence = 4;
    private const double LargestPersistence = .995;

    public string Name => "reverting level";

    public int Needs => 8;

    public double[] Forecast(ReadOnlySpan<double> values, int horizon)
    {
        var mean = Robust.Mean(values[^Math.Min(cycle, values.Length)..]);
        var recent = values[^Math.Min(CyclesForPersistence * cycle, values.Length)..];
        var (product, square) = (0.0, 0.0);
        for (var index = 1; index < recent.Length; index++)
        {
            product += (recent[index] - mean) * (recent[index - 1] - mean);
            square += (recent[index - 1] - mean) * (recent[index - 1] - mean);
        }

        var persistence = square > 0 ? Math.Clamp(product / square, 0, LargestPersistence) : 0;
        var deviation = values[^1] - mean;
        var forecast = new double[horizon];
        for (var step = 0; step < horizon; step++)
        {
            deviation *= persistence;
            forecast[step] = mean + deviation;
        }

        return forecast;
    }
}
