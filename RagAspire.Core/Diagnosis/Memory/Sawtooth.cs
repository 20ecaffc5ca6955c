using MathNet.Numerics.Statistics;

namespace RagAspire.Diagnosis.Memory;

/// <summary>
/// Levels the teeth of a heap between collections. A tooth that is longer than an eighth of the window would hide the floor;
/// its slope is common to all teeth, and what is left after its removal is the floor itself.
/// </summary>
internal static class Sawtooth
{
    /// <summary>Teeth with fewer samples have no slope to measure, and the floor shows between them anyway.</summary>
    private const double LeastSamplesOfATooth = 3.5;

    /// <summary>A fall of this many usual rises is a collection.</summary>
    private const double FallOfACollection = 1.5;

    /// <summary>The share of the variance that may be left, for the series to count as a sawtooth.</summary>
    private const double MostVarianceLeft = .6;

    /// <returns>The series from its first collection on, level; null when it is no sawtooth.</returns>
    public static (double[] Times, double[] Values)? Level(double[] times, double[] values)
    {
        var steps = values.Zip(values.Skip(1), (before, after) => after - before).ToArray();
        var rise = steps.Median();
        var isCollection = steps.Select(step => step < -FallOfACollection * rise).Prepend(false).ToArray();
        var collections = isCollection.Count(isOne => isOne);
        var first = Array.IndexOf(isCollection, value: true);
        if (rise <= 0 || collections < 2 || values.Length < LeastSamplesOfATooth * collections || first > values.Length / 2)
        {
            return null;
        }

        var slope = steps.Where((_, i) => !isCollection[i + 1]).Median();
        var level = new double[values.Length - first];
        var tooth = first;
        for (var i = first; i < values.Length; i++)
        {
            tooth = isCollection[i] ? i : tooth;

            // A collection lies, on average, half a sample before the first value after it.
            level[i - first] = values[i] - (slope * (i - tooth + .5));
        }

        return Variance(level) < MostVarianceLeft * Variance(values) ? (times[first..], level) : null;
    }

    private static double Variance(double[] values)
    {
        var mean = values.Average();
        return values.Average(value => (value - mean) * (value - mean));
    }
}
