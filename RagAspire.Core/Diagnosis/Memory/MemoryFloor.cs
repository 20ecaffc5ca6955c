namespace RagAspire.Diagnosis.Memory;

/// <summary>
/// The smallest value of each eighth of a series. What a collection frees does not count here, so garbage that waits for the
/// collector does not look like a leak; and a leak raises each of them.
/// </summary>
internal sealed class MemoryFloor
{
    public const int Parts = 8;

    private readonly double[] _values = new double[Parts];

    public MemoryFloor(double[] times, double[] values)
    {
        var at = new double[Parts];
        for (var part = 0; part < Parts; part++)
        {
            var lowest = part * values.Length / Parts;
            for (var i = lowest; i < (part + 1) * values.Length / Parts; i++)
            {
                lowest = values[i] < values[lowest] ? i : lowest;
            }

            (at[part], _values[part]) = (times[lowest], values[lowest]);
        }

        var test = TrendStatistics.Test(_values);
        Score = test.Score;
        Growth = TrendStatistics.TheilSen(at, _values, test.Variance).Value * (times[^1] - times[0]);
        FirstHalf = ((_values[2] + _values[3]) - (_values[0] + _values[1])) / 2;
        SecondHalf = ((_values[6] + _values[7]) - (_values[4] + _values[5])) / 2;
        var steps = _values.Zip(_values.Skip(1), (before, after) => after - before).ToList();
        (HighestRise, DeepestFall) = (steps.Max(), steps.Min());
    }

    public IReadOnlyList<double> Values => _values;

    /// <summary>The Mann–Kendall score: 28 when each eighth is above all before it, −28 when below.</summary>
    public int Score { get; }

    /// <summary>Over the whole series.</summary>
    public double Growth { get; }

    public double FirstHalf { get; }

    public double SecondHalf { get; }

    /// <summary>The greatest rise from one eighth to the next. A single step, such as a cache that fills once, is nearly all of
    /// the growth.</summary>
    public double HighestRise { get; }

    public double DeepestFall { get; }
}
