using MathNet.Numerics.Statistics;

namespace RagAspire.Diagnosis.Memory;

/// <summary>Removes from a series what its load explains.</summary>
internal static class LoadEffect
{
    /// <summary>A load that varies by less of its median explains nothing.</summary>
    private const double LeastVariation = .02;

    /// <summary>The share of points whose load must be known.</summary>
    private const double LeastKnown = .8;

    /// <summary>From this r² of load and time on, growth over time cannot be told from growth with the load, and counts as the
    /// latter.</summary>
    private const double Collinear = .8;

    /// <summary>The standard score from which an effect beside the trend is believed.</summary>
    private const double Significant = 3;

    /// <summary>Returns the values at the median load.</summary>
    /// <param name="load">One for each value; NaN where it is not known.</param>
    public static double[] Remove(double[] times, double[] values, IReadOnlyList<double> load)
    {
        var known = Enumerable.Range(0, values.Length).Where(i => double.IsFinite(load[i])).ToArray();
        if (known.Length < LeastKnown * values.Length || known.Length < 8)
        {
            return values;
        }

        var loads = known.Select(i => load[i]).ToArray();
        var middle = loads.Median();
        var spread = loads.Max() - loads.Min();
        if (spread <= LeastVariation * Math.Abs(middle) || middle <= 0)
        {
            return values;
        }

        var ofKnown = known.Select(i => values[i]).ToArray();
        var effect = Effect([.. known.Select(i => times[i])], ofKnown, loads);

        // Memory that grows faster than in proportion to its load is not explained by it.
        effect = Math.Min(effect, ofKnown.Median() / middle);
        return effect <= 0 ? values
            : [.. values.Select((value, i) => double.IsFinite(load[i]) ? value - (effect * (load[i] - middle)) : value)];
    }

    /// <summary>Bytes for each unit of load, next to a linear trend.</summary>
    private static double Effect(double[] times, double[] values, double[] loads)
    {
        var (tt, tl, ll) = (Covariance(times, times), Covariance(times, loads), Covariance(loads, loads));
        var (tv, lv, vv) = (Covariance(times, values), Covariance(loads, values), Covariance(values, values));
        if (ll <= 0 || vv <= 0)
        {
            return 0;
        }

        if (tt <= 0 || tl * tl / (tt * ll) > Collinear)
        {
            return lv > 0 && lv * lv / (ll * vv) > Collinear ? lv / ll : 0;
        }

        // The parts of load and values that time does not explain.
        var (load, value, both) = (ll - (tl * tl / tt), vv - (tv * tv / tt), lv - (tl * tv / tt));
        var correlation = load > 0 && value > 0 ? both / Math.Sqrt(load * value) : 0;
        return correlation * Math.Sqrt(values.Length) > Significant ? both / load : 0;
    }

    private static double Covariance(double[] left, double[] right)
    {
        var (a, b) = (left.Average(), right.Average());
        return left.Zip(right, (x, y) => (x - a) * (y - b)).Average();
    }
}
