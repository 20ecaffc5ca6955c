using MathNet.Numerics.Statistics;

namespace RagAspire.Diagnosis.Memory;

/// <summary>
/// Growth that is no leak: a random walk. Its changes over a longer time vary far more than those from one sample to the
/// next, as the variance ratio of Cochrane (1988) measures; those of a level with garbage do not. Tests of trends take the noise
/// around a line for the whole doubt, and such a walk goes far by chance.
/// </summary>
internal static class Wandering
{
    /// <summary>The longer time, as a share of the series.</summary>
    private const int Parts = 6;

    /// <summary>The ratio from which a level wanders. Garbage with a leak reaches 2.3.</summary>
    private const double LeastRatio = 2.3;

    /// <summary>Growth of this many deviations of a walk over the whole series is more than wandering.</summary>
    private const double MostDeviations = 1.5;

    public static bool Explains(double[] values)
    {
        var lag = values.Length / Parts;
        var (_, ofOne) = Changes(values, 1).MeanStandardDeviation();
        var (change, ofMany) = Changes(values, lag).MeanStandardDeviation();
        return ofMany * ofMany > LeastRatio * ofOne * ofOne
            && change * Math.Sqrt((double)values.Length / lag) < MostDeviations * ofMany;
    }

    private static IEnumerable<double> Changes(double[] values, int lag) =>
        values.Skip(lag).Zip(values, (after, before) => after - before);
}
