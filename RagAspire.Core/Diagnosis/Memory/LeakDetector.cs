using System.Globalization;

namespace RagAspire.Diagnosis.Memory;

/// <summary>Judges whether the memory of a process keeps growing.</summary>
/// <remarks>
/// Growth is a leak only if three tests agree: the Theil–Sen slope is material, Mann–Kendall finds it significant in spite of
/// autocorrelation, and the floor rises. Each alone raises false alarms on random walks, waves and steps;
/// and none of these may explain the growth better.
/// </remarks>
public static class LeakDetector
{
    /// <summary>With fewer samples there is no verdict: two for each eighth.</summary>
    public const int LeastSamples = 2 * MemoryFloor.Parts;

    /// <summary>The pairs of a series grow with the square of its length; longer ones are reduced to this many medians.</summary>
    private const int MostValues = 288;

    /// <summary>
    /// What one step, and a wave, may leave of a line's squared errors to explain growth. A leveled sawtooth has lost its noise,
    /// so that chance fits it more closely.
    /// </summary>
    private static readonly (double Step, double Wave) MostLeft = (.95, .8);
    private static readonly (double Step, double Wave) MostLeftOfLeveled = (.4, .3);

    public static MemoryVerdict Judge(MemorySeries series, MemoryLeakOptions options)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(options);
        var judged = Judged(series, options.WarmUp);
        if (options.Rule == LeakRule.Halves)
        {
            return HalvesRule.Judge([.. judged.Points.Select(point => point.Value)]);
        }

        var count = judged.Points.Count;
        if (count < LeastSamples)
        {
            return new MemoryVerdict(
                MemoryTrend.InsufficientData, $"{count} samples after the warm-up; {LeastSamples} are needed.", count);
        }

        var times = judged.Points.Select(point => (point.At - judged.Points[0].At).TotalHours).ToArray();
        var measured = judged.Points.Select(point => point.Value).ToArray();
        var values = judged.Loads.Aggregate(measured, (left, load) => LoadEffect.Remove(times, left, load.Values));
        var trend = new TrendTest(times, values, MostValues);
        var level = Sawtooth.Level(times, values);
        var leveled = trend.Grows(options.LeastGrowth) || level is null || level.Value.Values.Length < LeastSamples
            ? null
            : new TrendTest(level.Value.Times, level.Value.Values, MostValues);
        var explained = TrendTest.SlopeOf(times, measured, MostValues) - trend.Rate.Value;
        var stable = NotGrowing(trend, count, explained, measured, options.LeastGrowth);
        if (!(leveled ?? trend).Grows(options.LeastGrowth, isLeveled: leveled is not null))
        {
            return stable;
        }

        var explanation = StepOrWave.Explains(times, values, MostLeft)
            || (level is { } teeth && StepOrWave.Explains(teeth.Times, teeth.Values, MostLeftOfLeveled))
            ? "One step or a slow wave explains it."
            : Wandering.Explains(values) ? "A level that wanders comes as far by chance." : null;
        return explanation is not null ? stable with { Reason = $"{explanation} {stable.Reason}" }
            : Growing(leveled ?? trend, count, explained, measured, series.Limit);
    }

    /// <summary>The points of the running process, after its warm-up.</summary>
    private static MemorySeries Judged(MemorySeries series, TimeSpan warmUp)
    {
        var from = series.StartedAt is { } start ? start + warmUp : DateTimeOffset.MinValue;
        var kept = Enumerable.Range(0, series.Points.Count)
            .Where(i => series.Points[i].At >= from && double.IsFinite(series.Points[i].Value))
            .OrderBy(i => series.Points[i].At)
            .ToArray();
        return series with
        {
            Points = [.. kept.Select(i => series.Points[i])],
            Loads = [.. series.Loads.Select(load => load with { Values = [.. kept.Select(i => load.Values[i])] })],
        };
    }

    private static MemoryVerdict Growing(TrendTest trend, int count, double explained, double[] measured, double? limit)
    {
        var rate = trend.GrowthRate;
        var level = TrendTest.LastLevel(measured);
        var floor = trend.Floor;
        var reason = string.Create(
            CultureInfo.InvariantCulture,
            $"The floor rises by {Share(floor.Growth, trend.Level)}, "
            + $"in {(floor.Score + 28) / 2} of 28 comparisons of its eighths; "
            + $"Mann–Kendall z = {trend.Test.Z:0.0}.");
        return new MemoryVerdict(
            MemoryTrend.Growing, reason, count, level, rate.Value, rate.Low, rate.High,
                Math.Min(TrendStatistics.NormalBelow(trend.Test.Z), .999), Explained(explained), ToLimit(level, rate, limit));
    }

    private static MemoryVerdict NotGrowing(TrendTest trend, int count, double explained, double[] measured, double leastGrowth)
    {
        var (rate, level, removed) = (trend.Rate, TrendTest.LastLevel(measured), Explained(explained));
        if (trend.Shrinks(leastGrowth))
        {
            var falls = string.Create(
                CultureInfo.InvariantCulture,
                    $"The floor falls by {Share(-trend.Floor.Growth, trend.Level)}; Mann–Kendall z = {trend.Test.Z:0.0}.");
            return new MemoryVerdict(
                MemoryTrend.Shrinking, falls, count, level, rate.Value, rate.Low, rate.High,
                    Math.Min(TrendStatistics.NormalBelow(-trend.Test.Z), .999), removed);
        }

        var reason = removed * trend.Hours > leastGrowth * trend.Level
            ? string.Create(
                CultureInfo.InvariantCulture,
                    $"Load explains growth of {Share(removed * trend.Hours, trend.Level)}; nothing significant is left.")
            : string.Create(
                CultureInfo.InvariantCulture,
                    $"The floor moves by {Share(trend.Floor.Growth, trend.Level)}; Mann–Kendall z = {trend.Test.Z:0.0}.");
        var deviation = (rate.High - rate.Low) / (2 * 1.96);
        var margin = (leastGrowth * trend.Level / trend.Hours) - rate.Value;
        var confidence = deviation > 0 ? TrendStatistics.NormalBelow(margin / deviation) : 1;
        return new MemoryVerdict(
            MemoryTrend.Stable, reason, count, level, rate.Value, rate.Low, rate.High, Math.Min(confidence, .999), removed);
    }

    private static double Explained(double rate) => Math.Max(rate, 0);

    private static string Share(double bytes, double level) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * bytes / level:0.0} %");

    private static TimeToLimit? ToLimit(double level, Slope rate, double? limit)
    {
        return limit is { } end && rate.Value > 0
            ? new TimeToLimit(After(rate.High), After(rate.Value), rate.Low > 0 ? After(rate.Low) : null) : null;

        TimeSpan After(double bytesPerHour) => TimeSpan.FromHours(Math.Clamp((end - level) / bytesPerHour, 0, 1e6));
    }
}
