using RagAspire.Diagnosis.Memory;
using RagAspire.TestSupport.Memory;

namespace RagAspire.Tests.Diagnosis.Memory;

public sealed class LeakDetectorTests
{
    private const double Megabyte = 1e6;

    private static readonly DateTimeOffset Start = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);
    private static readonly MemoryLeakOptions Options = new();

    [Theory]
    [InlineData(MemoryShape.Sawtooth, 1, 380)]
    [InlineData(MemoryShape.DeepSawtooth, 1, 300)]
    [InlineData(MemoryShape.DeepSawtooth, 2, 380)]
    [InlineData(MemoryShape.Wandering, 2, 290)]
    public void A_leak_of_some_megabytes_a_minute_is_found_within_half_an_hour(MemoryShape shape, double leak, int least)
    {
        var memory = new SyntheticMemory(seed: 1);
        var found = Enumerable.Range(0, 400).Count(_ => TrendOf(memory.Next(shape, leak)) == MemoryTrend.Growing);
        Assert.True(found >= least, $"Found {found} of 400.");
    }

    [Theory]
    [InlineData(MemoryShape.Sawtooth, 1)]
    [InlineData(MemoryShape.DeepSawtooth, 1)]
    [InlineData(MemoryShape.Wandering, 1)]
    [InlineData(MemoryShape.Step, 1)]
    [InlineData(MemoryShape.Wave, 1)]
    public void Garbage_steps_waves_and_a_level_that_wanders_are_no_leak(MemoryShape shape, int most)
    {
        var memory = new SyntheticMemory(seed: 2);
        var alarms = Enumerable.Range(0, 400).Count(_ => TrendOf(memory.Next(shape, leak: 0)) == MemoryTrend.Growing);
        Assert.True(alarms <= most, $"{alarms} false alarms in 400.");
    }

    [Theory]
    [InlineData(MemoryShape.Wandering, 0, 270, 400)]
    [InlineData(MemoryShape.Wandering, 2, 0, 100)]
    [InlineData(MemoryShape.Sawtooth, 1, 0, 0)]
    [InlineData(MemoryShape.DeepSawtooth, 1, 0, 0)]
    public void A_level_that_wanders_is_told_from_garbage_and_from_a_fast_leak(
        MemoryShape shape, double leak, int least, int most)
    {
        var memory = new SyntheticMemory(seed: 3);
        var wandering = Enumerable.Range(0, 400)
            .Count(_ => Wandering.Explains([.. memory.Next(shape, leak).Points.Select(point => point.Value)]));
        Assert.InRange(wandering, least, most);
    }

    [Fact]
    public void Growth_that_a_walk_reaches_by_chance_is_no_leak()
    {
        var memory = new SyntheticMemory(seed: 2_026);
        var reasons = Enumerable.Range(0, 2_000)
            .Select(_ => LeakDetector.Judge(memory.Next(MemoryShape.Wandering, leak: 0), Options).Reason);
        Assert.InRange(reasons.Count(reason => reason.StartsWith("A level that wanders", StringComparison.Ordinal)), 2, 30);
    }

    [Fact]
    public void The_rate_has_an_interval_and_the_limit_a_time()
    {
        var verdict = LeakDetector.Judge(
            Series(120, i => (400 + (.5 * i) + (i % 3)) * Megabyte) with { Limit = 700 * Megabyte }, Options);

        Assert.Equal(MemoryTrend.Growing, verdict.Trend);
        Assert.InRange(verdict.PerHour!.Value, 58 * Megabyte, 62 * Megabyte);
        Assert.InRange(verdict.PerHour.Value, verdict.Low!.Value, verdict.High!.Value);
        Assert.InRange(verdict.Confidence!.Value, .95, .999);
        Assert.InRange(verdict.ToLimit!.Likely, TimeSpan.FromHours(3.8), TimeSpan.FromHours(4.4));
        Assert.InRange(verdict.ToLimit.Likely, verdict.ToLimit.Early, verdict.ToLimit.Late!.Value);
    }

    [Fact]
    public void Memory_that_falls_is_shrinking() =>
        Assert.Equal(MemoryTrend.Shrinking, TrendOf(Series(60, i => (800 - (3 * i) + (i % 5)) * Megabyte)));

    [Fact]
    public void One_step_is_no_leak() => Assert.Equal(
        MemoryTrend.Stable, TrendOf(Series(60, i => ((i < 30 ? 400 : 500) + (i * 7 % 5)) * Megabyte)));

    [Fact]
    public void A_step_among_garbage_and_the_rise_of_a_wave_are_no_leak_and_a_leak_beside_them_is()
    {
        double Garbage(int i) => 30 * ((i * .23) % 1);
        double Step(int i) => 400 + Garbage(i) + (i < 34 ? 0 : 60);
        double Wave(int i) => 400 + Garbage(i) + (50 * Math.Sin((i - 30) / 14.0));
        foreach (var shape in new Func<int, double>[] { Step, Wave })
        {
            Assert.Equal(MemoryTrend.Stable, TrendOf(Series(60, i => shape(i) * Megabyte)));
            Assert.Equal(MemoryTrend.Growing, TrendOf(Series(60, i => (shape(i) + (4 * i)) * Megabyte)));
        }

        Assert.StartsWith(
            "One step or a slow wave explains it.", LeakDetector.Judge(Series(60, i => Wave(i) * Megabyte), Options).Reason,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    public void Too_few_samples_give_no_verdict(int count) =>
        Assert.Equal(MemoryTrend.InsufficientData, TrendOf(Series(count, i => (400 + (10 * i)) * Megabyte)));

    [Fact]
    public void The_warm_up_is_not_judged()
    {
        var series = Series(80, i => (i < 10 ? 200 + (20 * i) : 400 + (i * 7 % 5)) * Megabyte) with { StartedAt = Start };
        Assert.Equal(MemoryTrend.Stable, TrendOf(series));
        Assert.Equal(70, LeakDetector.Judge(series, Options).Samples);
    }

    [Fact]
    public void A_restart_resets() => Assert.Equal(
        MemoryTrend.InsufficientData,
        TrendOf(Series(60, i => (400 + i) * Megabyte) with { StartedAt = Start.AddMinutes(25) }));

    [Fact]
    public void A_gap_hides_no_leak()
    {
        var whole = Series(120, i => (400 + i + (i % 4)) * Megabyte);
        var gap = whole with { Points = [.. whole.Points.Where((_, i) => i is < 30 or > 80)] };
        var verdict = LeakDetector.Judge(gap, Options);
        Assert.Equal(MemoryTrend.Growing, verdict.Trend);
        Assert.InRange(verdict.PerHour!.Value, 110 * Megabyte, 130 * Megabyte);
    }

    [Fact]
    public void Growth_that_load_explains_is_no_leak()
    {
        var documents = Enumerable.Range(0, 120).Select(i => 1000.0 + (10 * i)).ToList();
        var series = Series(120, i => (300 + (documents[i] * .2) + (i % 3)) * Megabyte);
        Assert.Equal(MemoryTrend.Growing, TrendOf(series));

        var verdict = LeakDetector.Judge(series with { Loads = [new MemoryLoad("chunks", documents)] }, Options);
        Assert.Equal(MemoryTrend.Stable, verdict.Trend);
        Assert.True(verdict.ExplainedPerHour > 200 * Megabyte);
        Assert.Contains("Load explains", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_that_hardly_grows_explains_no_leak()
    {
        var documents = Enumerable.Range(0, 120).Select(i => 1000 + (.2 * i)).ToList();
        var series = Series(120, i => (300 + i + (i % 3)) * Megabyte);
        Assert.Equal(MemoryTrend.Growing, TrendOf(series with { Loads = [new MemoryLoad("chunks", documents)] }));
    }

    [Fact]
    public void A_leak_under_load_that_comes_and_goes_is_found()
    {
        var requests = Enumerable.Range(0, 120).Select(i => 50 + (40 * Math.Sin(i / 5.0))).ToList();
        var series = Series(120, i => (300 + (.5 * i) + requests[i]) * Megabyte);
        Assert.Equal(MemoryTrend.Growing, TrendOf(series with { Loads = [new MemoryLoad("requests", requests)] }));
    }

    [Theory]
    [InlineData(new double[] { 100, 100, 100, 100 }, MemoryTrend.InsufficientData)]
    [InlineData(new double[] { 100, 100, 111, 111, 111 }, MemoryTrend.Growing)]
    [InlineData(new double[] { 100, 100, 110, 110, 110 }, MemoryTrend.Stable)]
    [InlineData(new double[] { 100, 100, 95, 95, 95 }, MemoryTrend.Stable)]
    [InlineData(new double[] { 100, 100, 94, 94, 94 }, MemoryTrend.Shrinking)]
    public void The_classic_rule_compares_halves(double[] values, MemoryTrend trend) => Assert.Equal(
        trend, LeakDetector.Judge(Series(values.Length, i => values[i]), new MemoryLeakOptions { Rule = LeakRule.Halves }).Trend);

    [Fact]
    public void A_series_that_is_constant_or_empty_or_not_finite_is_not_growing()
    {
        Assert.Equal(MemoryTrend.Stable, TrendOf(Series(60, _ => 0)));
        Assert.Equal(MemoryTrend.Stable, TrendOf(Series(60, _ => 5e8)));
        Assert.Equal(MemoryTrend.InsufficientData, TrendOf(Series(60, _ => double.NaN)));
    }

    private static MemoryTrend TrendOf(MemorySeries series) => LeakDetector.Judge(series, Options).Trend;

    private static MemorySeries Series(int count, Func<int, double> value) =>
        new([.. Enumerable.Range(0, count).Select(i => new MemoryPoint(Start.AddSeconds(30 * i), value(i)))]);
}
