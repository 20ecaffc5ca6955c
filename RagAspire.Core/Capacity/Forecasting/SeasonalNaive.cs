namespace RagAspire.Capacity.Forecasting;

/// <summary>Repeats the last cycle.</summary>
internal sealed class SeasonalNaive(int period, string rhythm) : IForecastMethod
{
    public string Name => $"last {rhythm}";

    public int Needs => period;

    public double[] Forecast(ReadOnlySpan<double> values, int horizon)
    {
        var forecast = new double[horizon];
        for (var step = 0; step < horizon; step++)
        {
            forecast[step] = values[^(period - (step % period))];
        }

        return forecast;
    }
}
