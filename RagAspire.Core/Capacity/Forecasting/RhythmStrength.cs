namespace RagAspire.Capacity.Forecasting;

/// <summary>How strongly a series follows a cycle.</summary>
/// <param name="Name">Such as <c>day</c> or <c>week</c>.</param>
/// <param name="Strength">The share of the variance around the moving mean that the cycle explains, beyond chance; 0 to
/// 1.</param>
/// <param name="Amplitude">Half of the difference between the highest and the lowest phase, in the unit of the series.</param>
/// <param name="PeakStep">Steps from the end of the series to the next peak.</param>
/// <param name="LowStep">Steps from the end of the series to the next low.</param>
public sealed record RhythmStrength(string Name, double Strength, double Amplitude, int PeakStep, int LowStep)
{
    // Below this, a cycle cannot be told from noise.
    private const double Weakest = .1;

    public bool IsPresent => Strength >= Weakest;

    /// <param name="smoothing">The number of neighbouring phases that are averaged, so that the peak is not one noisy
    /// value.</param>
    public static RhythmStrength Of(double[] values, Rhythm rhythm, int smoothing)
    {
        ArgumentNullException.ThrowIfNull(rhythm);
        var profile = SeasonalProfile.Of(values, rhythm.Period, multiplicative: false, smoothing);
        var rest = profile.Remove(values);
        var trend = Trend.SlopeOf(rest);
        var (total, left) = (Variance(values, trend), Variance(rest, trend));
        var explained = total > 0 ? 1 - (left / total) : 0;

        // A profile of pure noise explains its number of phases, divided by the number of values.
        var phases = (double)rhythm.Period / smoothing;
        var strength = 1 - ((1 - explained) * (values.Length - 1) / Math.Max(1, values.Length - phases));
        var (highest, lowest) = (profile.Phases.Max(), profile.Phases.Min());
        return new RhythmStrength(
            rhythm.Name, Math.Clamp(strength, 0, 1), (highest - lowest) / 2, IndexOf(profile.Phases, highest),
                IndexOf(profile.Phases, lowest));
    }

    private static int IndexOf(IReadOnlyList<double> phases, double value) =>
        phases.Index().First(phase => phase.Item == value).Index;

    private static double Variance(double[] values, double slope)
    {
        var mean = Robust.Mean(values);
        var middle = (values.Length - 1) / 2.0;
        return values.Select((value, index) => Math.Pow(value - mean - (slope * (index - middle)), 2)).Average();
    }
}
