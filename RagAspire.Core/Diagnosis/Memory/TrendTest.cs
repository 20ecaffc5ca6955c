using MathNet.Numerics.Statistics;

namespace RagAspire.Diagnosis.Memory;

/// <summary>The three tests of one series: slope, significance and floor. Times are in hours.</summary>
internal sealed class TrendTest
{
    /// <summary>
    /// The score that the floor must reach. Measured on one-day windows without leaks: at 18 false alarms are three times as
    /// many.
    /// </summary>
    private const int LeastFloor = 20;

    /// <summary>The score of Mann–Kendall. A leveled sawtooth has lost its noise, so its slope may vary less.</summary>
    private const double LeastZ = 1.645;
    private const double LeastZOfLeveled = 3;

    /// <summary>The share of the growth that may be one step.</summary>
    private const double MostOfOneStep = .7;

    public TrendTest(double[] times, double[] values, int mostValues)
    {
        Hours = times[^1] - times[0];
        Level = values.Median();
        Floor = new MemoryFloor(times, values);
        var (at, reduced) = Reduce(times, values, mostValues);
        Test = TrendStatistics.TestCorrelated(at, reduced);
        Rate = TrendStatistics.TheilSen(at, reduced, Test.Variance);
    }

    public double Hours { get; }

    public double Level { get; }

    public MemoryFloor Floor { get; }

    public MannKendall Test { get; }

    public Slope Rate { get; }

    /// <summary>The rate of a series that grows. Between few long teeth the slope of all points may even fall; the floor does
    /// not.</summary>
    public Slope GrowthRate =>
        Rate.Value > 0 ? Rate : new Slope(Floor.Growth / Hours, Math.Max(Rate.Low, 0), Math.Max(Rate.High, Floor.Growth / Hours));

    public bool Grows(double leastGrowth, bool isLeveled = false) => Floor.Score >= LeastFloor
        && Test.Z > (isLeveled ? LeastZOfLeveled : LeastZ)
        && Level > 0
        && Hours > 0
        && Floor.Growth > leastGrowth * Level
        && (isLeveled || IsSteady);

    public bool Shrinks(double leastGrowth) =>
        Floor.Score <= -LeastFloor && Test.Z < -LeastZ
        && Level > 0
        && Hours > 0
        && Floor.Growth < -leastGrowth * Level;

    /// <summary>Not required of a leveled sawtooth, whose floor moves with each of its few teeth.</summary>
    private bool IsSteady =>
        Floor.FirstHalf > 0 && Floor.SecondHalf > 0 && Floor.HighestRise < MostOfOneStep * Floor.Growth;

    /// <summary>The Theil–Sen slope alone.</summary>
    public static double SlopeOf(double[] times, double[] values, int mostValues)
    {
        var (at, reduced) = Reduce(times, values, mostValues);
        return TrendStatistics.TheilSen(at, reduced, variance: 0).Value;
    }

    /// <summary>The median of the last eighth.</summary>
    public static double LastLevel(double[] values) =>
        values.Skip((MemoryFloor.Parts - 1) * values.Length / MemoryFloor.Parts).Median();

    private static (double[] Times, double[] Values) Reduce(double[] times, double[] values, int most)
    {
        if (values.Length <= most)
        {
            return (times, values);
        }

        var parts = Enumerable.Range(0, most).Select(part => (part * values.Length / most)..((part + 1) * values.Length / most))
            .ToList();
        return ([.. parts.Select(part => times[part].Median())],
            [.. parts.Select(part => values[part].Median())]);
    }
}
