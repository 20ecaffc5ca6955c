namespace RagAspire.Capacity.Forecasting;

/// <summary>The methods among which the backtest decides.</summary>
internal static class MethodCatalog
{
    private const int LongCycles = 4;
    private const int ShortCycles = 7;
    private const double SlowWeight = .1;

    private static readonly double[] LevelCycles = [.25, 2, 7];

    /// <summary>Methods for a horizon that the history can test.</summary>
    /// <param name="rhythms">The shortest first.</param>
    public static IReadOnlyList<IForecastMethod> For(IReadOnlyList<Rhythm> rhythms, bool positive) => rhythms.Count == 0
        ? [new Smoothing(), new Smoothing(SlowWeight), new Theta(), new DampedTrend(), new RobustLine()]
        : [.. rhythms.SkipLast(1).SelectMany(Shorter), .. Longest(rhythms[^1], rhythms[0], positive)];

    /// <summary>Methods whose trend holds far beyond the history, and which repeat no noise: the rhythm is smoothed.</summary>
    /// <param name="trending">Whether the series has a trend beyond doubt.</param>
    public static IReadOnlyList<IForecastMethod> ForLong(IReadOnlyList<Rhythm> rhythms, bool trending)
    {
        var cycle = rhythms.Count == 0 ? 8 : rhythms[^1].Period;
        IForecastMethod[] rest = trending ? [new RobustLine(), new RobustLine(.4)]
            : [new Reverting(cycle), new Smoothing(SlowWeight / 2)];
        return [.. rest.Select(method => Smoothed(rhythms, method))];
    }

    private static IForecastMethod Smoothed(IReadOnlyList<Rhythm> rhythms, IForecastMethod rest)
    {
        for (var index = rhythms.Count - 1; index >= 0; index--)
        {
            var smoothing = index == 0 ? 1 : rhythms[index - 1].Period;
            rest = new Deseasonalised(rhythms[index].Period, rhythms[index].Name, rest, multiplicative: false, smoothing);
        }

        return rest;
    }

    private static IEnumerable<IForecastMethod> Shorter(Rhythm rhythm) =>
    [
        new SeasonalNaive(rhythm.Period, rhythm.Name),
        new SeasonalMedian(rhythm.Period, rhythm.Name, ShortCycles),
        new Deseasonalised(rhythm.Period, rhythm.Name, new Reverting(ShortCycles * rhythm.Period), multiplicative: true),
    ];

    private static IEnumerable<IForecastMethod> Levels(Rhythm shortest) =>
    [
        .. LevelCycles.Select(cycles => new TypicalLevel(shortest.Period, shortest.Name, cycles)),
        new Smoothing(),
        new Smoothing(SlowWeight),
    ];

    private static IEnumerable<IForecastMethod> Longest(Rhythm rhythm, Rhythm shortest, bool positive)
    {
        var (period, name) = (rhythm.Period, rhythm.Name);
        foreach (var level in Levels(shortest))
        {
            yield return level;
        }

        yield return new SeasonalNaive(period, name);
        yield return new SeasonalMedian(period, name, LongCycles);
        yield return new Deseasonalised(period, name, new Theta(), multiplicative: false);
        yield return new Deseasonalised(period, name, new Reverting(period), multiplicative: false);
        yield return new Deseasonalised(period, name, new RobustLine(), multiplicative: false);
        yield return new Deseasonalised(period, name, new DampedTrend(), multiplicative: false);
        if (positive)
        {
            yield return new AdjustedSeason(period, name, shortest.Period, share: .5);
            yield return new AdjustedSeason(period, name, shortest.Period, share: 1);
            yield return new Deseasonalised(period, name, new Smoothing(SlowWeight), multiplicative: true);
            yield return new Deseasonalised(period, name, new Theta(), multiplicative: true);
            yield return new Deseasonalised(period, name, new DampedTrend(), multiplicative: true);
            yield return new Deseasonalised(period, name, new Reverting(period), multiplicative: true);
        }
        else
        {
            yield return new Deseasonalised(period, name, new Smoothing(SlowWeight), multiplicative: false);
        }
    }
}
