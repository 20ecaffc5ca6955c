using System.Globalization;

namespace RagAspire.Capacity.Forecasting;

/// <summary>The median of the last cycles, without rhythm or trend: best for a quiet series with rare bursts.</summary>
/// <param name="cycles">How many, or the part of one: a shorter time follows a change sooner.</param>
internal sealed class TypicalLevel(int cycle, string rhythm, double cycles) : IForecastMethod
{
    public string Name => string.Create(CultureInfo.InvariantCulture, $"median of {cycles:0.##} × {rhythm}");

    public int Needs => 4;

    public double[] Forecast(ReadOnlySpan<double> values, int horizon)
    {
        var forecast = new double[horizon];
        var window = Math.Max(1, (int)(cycles * cycle));
        Array.Fill(forecast, Robust.Median(values[^Math.Min(values.Length, window)..]));
        return forecast;
    }
}
