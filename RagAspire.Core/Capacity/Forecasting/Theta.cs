namespace RagAspire.Capacity.Forecasting;

/// <summary>The Theta method (Assimakopoulos and Nikolopoulos): the smoothed level, drifting with half the slope of the
/// series.</summary>
internal sealed class Theta : IForecastMethod
{
    public string Name => "Theta";

    public int Needs => 4;

    public double[] Forecast(ReadOnlySpan<double> values, int horizon)
    {
        var weight = Smoothing.BestWeight(values);
        var level = Smoothing.Level(values, weight).Level;
        var drift = Slope(values) / 2;
        var lag = (1 - Math.Pow(1 - weight, values.Length)) / weight;
        var forecast = new double[horizon];
        for (var step = 0; step < horizon; step++)
        {
            forecast[step] = level + (drift * (step + lag));
        }

        return forecast;
    }

    private static double Slope(ReadOnlySpan<double> values)
    {
        var (middle, mean) = ((values.Length - 1) / 2.0, Robust.Mean(values));
        var (product, square) = (0.0, 0.0);
        for (var index = 0; index < values.Length; index++)
        {
            product += (index - middle) * (values[index] - mean);
            square += (index - middle) * (index - middle);
        }

        return product / square;
    }
}
