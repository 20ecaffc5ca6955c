namespace RagAspire.Capacity.Forecasting;

/// <summary>The rhythm of a series: how each phase of a cycle differs from the moving mean of a cycle around it.</summary>
internal sealed class SeasonalProfile
{
    private readonly double[] _phases;
    private readonly bool _multiplicative;

    private SeasonalProfile(double[] phases, bool multiplicative) => (_phases, _multiplicative) = (phases, multiplicative);

    /// <summary>Estimates the rhythm as the median over the cycles at each phase, so that an outlier leaves no trace.</summary>
    /// <param name="values">At least two cycles.</param>
    /// <param name="multiplicative">As a factor and not as a difference; all values must be positive.</param>
    /// <param name="smoothing">The number of neighbouring phases that are averaged; 1 keeps each phase as it is.</param>
    public static SeasonalProfile Of(ReadOnlySpan<double> values, int period, bool multiplicative, int smoothing = 1)
    {
        var means = MovingMean(values, period);
        var cycles = (values.Length / period) + 1;
        var same = new double[cycles];
        var phases = new double[period];
        for (var phase = 0; phase < period; phase++)
        {
            var count = 0;
            for (var index = (values.Length + phase) % period; index < values.Length; index += period)
            {
                if (!double.IsNaN(means[index]))
                {
                    same[count++] = multiplicative ? values[index] / means[index] : values[index] - means[index];
                }
            }

            phases[phase] = count == 0 ? (multiplicative ? 1 : 0) : Robust.Median(same.AsSpan(0, count));
        }

        phases = smoothing > 1 ? Smooth(phases, smoothing) : phases;
        Centre(phases, multiplicative);
        return new SeasonalProfile(phases, multiplicative);
    }

    /// <summary>The difference, or the factor, at each step after the end of the series, for one cycle.</summary>
    public IReadOnlyList<double> Phases => _phases;

    /// <summary>The series without its rhythm.</summary>
    public double[] Remove(ReadOnlySpan<double> values)
    {
        var rest = new double[values.Length];
        var period = _phases.Length;
        var phase = (period - (values.Length % period)) % period;
        for (var index = 0; index < values.Length; index++)
        {
            rest[index] = _multiplicative ? values[index] / _phases[phase] : values[index] - _phases[phase];
            phase = phase + 1 == period ? 0 : phase + 1;
        }

        return rest;
    }

    /// <summary>Adds the rhythm to values that follow the series.</summary>
    public void Add(Span<double> following)
    {
        for (var step = 0; step < following.Length; step++)
        {
            var phase = _phases[step % _phases.Length];
            following[step] = _multiplicative ? following[step] * phase : following[step] + phase;
        }
    }

    /// <summary>Mean of one cycle around each value; NaN near both ends. An even cycle takes half of each end.</summary>
    private static double[] MovingMean(ReadOnlySpan<double> values, int period)
    {
        var sums = new double[values.Length + 1];
        for (var index = 0; index < values.Length; index++)
        {
            sums[index + 1] = sums[index] + values[index];
        }

        var means = new double[values.Length];
        var half = period / 2;
        for (var index = 0; index < values.Length; index++)
        {
            means[index] = index < half || index + half >= values.Length ? double.NaN
                : period % 2 == 1 ? (sums[index + half + 1] - sums[index - half]) / period
                : (sums[index + half] - sums[index - half + 1] + ((values[index - half] + values[index + half]) / 2)) / period;
        }

        return means;
    }

    private static double[] Smooth(double[] phases, int window)
    {
        var smooth = new double[phases.Length];
        for (var phase = 0; phase < smooth.Length; phase++)
        {
            for (var offset = 0; offset < window; offset++)
            {
                smooth[phase] += phases[(phase + offset - (window / 2) + phases.Length) % phases.Length] / window;
            }
        }

        return smooth;
    }

    private static void Centre(Span<double> phases, bool multiplicative)
    {
        var mean = Robust.Mean(phases);
        for (var phase = 0; phase < phases.Length; phase++)
        {
            phases[phase] = multiplicative ? Math.Max(phases[phase] / mean, 1e-3) : phases[phase] - mean;
        }
    }
}
