namespace RagAspire.Capacity.Forecasting;

/// <summary>Removes a rhythm, continues what is left by another method, and adds the rhythm again.</summary>
/// <param name="smoothing">The number of neighbouring phases that are averaged; 1 keeps each phase as it is.</param>
internal sealed class Deseasonalised(int period, string rhythm, IForecastMethod rest, bool multiplicative, int smoothing = 1)
    : IForecastMethod
{
    public string Name => $"{rest.Name} on {(multiplicative ? "scaled " : "")}{rhythm}";

    public int Needs => Math.Max(2 * period, rest.Needs);

    public double[] Forecast(ReadOnlySpan<double> values, int horizon)
    {
        var profile = SeasonalProfile.Of(values, period, multiplicative && Robust.IsPositive(values), smoothing);
        var forecast = rest.Forecast(profile.Remove(values), horizon);
        profile.Add(forecast);
        return forecast;
    }
}
