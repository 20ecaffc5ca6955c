namespace RagAspire.Capacity.Forecasting;

/// <summary>The median of the last cycles, without rhythm or trend: best for a quiet series with rare bursts.</summary>
internal sealed class TypicalLevel(int cycle) : IForecastMethod
{
    private const int Cycles = 2;

    public string Name => "median level";

    public int Needs => 4;

    public double[] Forecast(ReadOnlySpan<double> values, int horizon)
    {
        var forecast = new double[horizon];
        Array.Fill(forecast, Robust.Median(values[^Math.Min(values.Length, Cycles * cycle)..]));
        return forecast;
    }
}
