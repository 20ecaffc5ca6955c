namespace RagAspire.Capacity.Forecasting;

/// <summary>The median of the last cycles at each phase: an outlier in one cycle has no effect.</summary>
internal sealed class SeasonalMedian(int period, string rhythm, int cycles) : IForecastMethod
{
    public string Name => $"median {rhythm}";

    public int Needs => 2 * period;

    public double[] Forecast(ReadOnlySpan<double> values, int horizon)
    {
        var count = Math.Min(cycles, values.Length / period);
        var phases = new double[Math.Min(period, horizon)];
        Span<double> same = stackalloc double[count];
        for (var phase = 0; phase < phases.Length; phase++)
        {
            for (var cycle = 0; cycle < count; cycle++)
            {
                same[cycle] = values[values.Length - (period * (cycle + 1)) + phase];
            }

            phases[phase] = Robust.Median(same);
        }

        var forecast = new double[horizon];
        for (var step = 0; step < horizon; step++)
        {
            forecast[step] = phases[step % period];
        }

        return forecast;
    }
}
