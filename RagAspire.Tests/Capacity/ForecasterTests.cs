using RagAspire.Capacity.Forecasting;

namespace RagAspire.Tests.Capacity;

public sealed class ForecasterTests
{
    private static readonly Rhythm[] Rhythms = [new(SyntheticSeries.Day, "day"), new(SyntheticSeries.Week, "week")];

    [Fact]
    public void A_rhythm_is_continued_and_not_drawn_through()
    {
        var all = SyntheticSeries.Hours(days: 30, level: 50, daily: 20, weekly: 10, noise: 1);
        var (past, future) = (all[..(28 * SyntheticSeries.Day)], all[(28 * SyntheticSeries.Day)..]);
        var forecast = Forecaster.Forecast(past, future.Length, Rhythms);
        Assert.InRange(Backtest.MeanError([.. forecast.Values], future), 0, 1.5);
        Assert.InRange(Accuracy.Coverage(forecast.NinetyFive, future), .9, 1);

        var line = new RobustLine().Forecast(past, future.Length);
        Assert.True(Backtest.MeanError(line, future) > 8);
    }

    [Fact]
    public void A_flat_series_stays_flat_and_certain()
    {
        var forecast = Forecaster.Forecast([.. Enumerable.Repeat(7.0, 30 * SyntheticSeries.Day)], 48, Rhythms);
        Assert.All(forecast.Values, value => Assert.Equal(7, value, 6));
        Assert.All(forecast.NinetyFive.Upper, value => Assert.InRange(value, 7, 7.001));
        Assert.Equal(0, forecast.Backtest.Smape, 6);
    }

    [Fact]
    public void A_series_of_zeros_is_forecast_as_zeros() =>
        Assert.All(Forecaster.Forecast(new double[500], 24, Rhythms).Values, value => Assert.Equal(0, value));

    [Fact]
    public void A_line_is_continued_far_beyond_its_history()
    {
        var all = SyntheticSeries.Hours(days: 120, level: 100, perDay: 2, noise: 1);
        var past = all[..(30 * SyntheticSeries.Day)];
        var trend = Trend.Of([.. past.Chunk(SyntheticSeries.Day).Select(day => day.Average())]);
        Assert.True(trend.IsSignificant);
        Assert.InRange(trend.Slope, 1.95, 2.05);
        Assert.InRange(trend.RSquared, .99, 1);

        var future = all[past.Length..];
        var forecast = Forecaster.ForecastFar(past, future.Length, Rhythms, trend, SyntheticSeries.Day);
        Assert.InRange(forecast.Values[^1], 333, 347);
        Assert.InRange(Accuracy.Coverage(forecast.NinetyFive, future), .9, 1);
    }

    [Fact]
    public void Noise_without_a_trend_is_projected_as_its_level()
    {
        var wrong = 0;
        for (var seed = 0; seed < 40; seed++)
        {
            var past = SyntheticSeries.Hours(days: 30, level: 40, daily: 10, noise: 5, seed: seed);
            var trend = Trend.Of([.. past.Chunk(SyntheticSeries.Day).Select(day => day.Average())]);
            wrong += trend.IsSignificant ? 1 : 0;
            if (!trend.IsSignificant)
            {
                var far = Forecaster.ForecastFar(past, 90 * SyntheticSeries.Day, Rhythms, trend, SyntheticSeries.Day);
                Assert.InRange(far.Values.TakeLast(SyntheticSeries.Week).Average(), 36, 44);
            }
        }

        // At a level of 95 %, chance finds a trend in 2 of 40.
        Assert.InRange(wrong, 0, 6);
    }

    [Fact]
    public void A_method_that_runs_away_moves_no_forecast()
    {
        double[][] forecasts = [[10, 20], [11, 21], [12, 22], [5_000, -7_000]];
        AssertNear([11.5, 20.5], Backtest.Combine(forecasts, [.25, .25, .25, .25]));
        AssertNear([10, 20], Backtest.Combine(forecasts, [.8, .1, 0, .1]));

        static void AssertNear(double[] expected, double[] actual) =>
            Assert.All(actual.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, tolerance: 1e-9));
    }

    [Fact]
    public void A_method_that_fits_the_present_soon_outweighs_one_that_fitted_before()
    {
        // A level of 10 and, for its last two cycles, of 90.
        var values = Enumerable.Range(0, 400).Select(i => (i < 382 ? 10 : 90) + ((i * 7 % 5) / 10.0)).ToArray();
        var forecast = Forecaster.Forecast(values, 16, [new Rhythm(8, "cycle")]);
        Assert.All(forecast.Values, value => Assert.InRange(value, 85, 95));
    }

    [Fact]
    public void Walks_without_a_rhythm_are_forecast_about_as_well_as_by_Theta()
    {
        var (combined, theta) = (0.0, 0.0);
        var random = new Random(3);
        for (var series = 0; series < 60; series++)
        {
            var (level, values) = (1_000.0, new double[113 + (10 * series)]);
            for (var week = 0; week < values.Length; week++)
            {
                level *= 1 + (.06 * (random.NextDouble() - .48));
                values[week] = level * (1 + (.1 * (random.NextDouble() - .5)));
            }

            var (past, future) = (values[..^13], values[^13..]);
            combined += Accuracy.Smape(Forecaster.Forecast(past, 13, []).Values, future);
            theta += Accuracy.Smape(new Theta().Forecast(past, 13), future);
        }

        Assert.InRange(combined, 0, 1.02 * theta);
    }

    [Fact]
    public void Outliers_change_nothing()
    {
        var clean = SyntheticSeries.Hours(days: 28, level: 50, daily: 20, noise: 1);
        var spiked = clean.ToArray();
        foreach (var hour in new[] { 100, 301, 302, 500 })
        {
            spiked[hour] = 5_000;
        }

        var repaired = SeriesRepair.Repair(spiked, SyntheticSeries.Day);
        Assert.Equal(4, repaired.Outliers);
        var (with, without) = (Forecaster.Forecast(repaired.Values, 24, Rhythms), Forecaster.Forecast(clean, 24, Rhythms));
        Assert.All(with.Values.Zip(without.Values), pair => Assert.Equal(pair.Second, pair.First, tolerance: 2.5));
    }

    [Fact]
    public void A_long_gap_repeats_the_day_before_and_a_short_one_is_bridged()
    {
        var values = SyntheticSeries.Hours(days: 10, level: 50, daily: 20);
        var holed = values.ToArray();
        Array.Fill(holed, double.NaN, 100, 12);
        Array.Fill(holed, double.NaN, 200, 2);
        var repaired = SeriesRepair.Repair(holed, SyntheticSeries.Day);
        Assert.Equal(14, repaired.Gaps);
        Assert.All(repaired.Values.Zip(values), pair => Assert.Equal(pair.Second, pair.First, tolerance: 3));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(3, false)]
    [InlineData(20, true)]
    public void A_rhythm_is_told_from_noise(double amplitude, bool present)
    {
        var values = SyntheticSeries.Hours(days: 30, level: 100, daily: amplitude, noise: 10);
        var strength = RhythmStrength.Of(values, Rhythms[0], smoothing: 1);
        Assert.Equal(present, strength.IsPresent);
        Assert.Equal(present, strength.Strength > .5);
        Assert.True(!present || strength.Amplitude is > 17 and < 25);
    }

    [Theory]
    [InlineData(10, 1)]
    [InlineData(60, .985)]
    public void Intervals_hold_as_often_as_they_say_and_are_wider_when_little_is_known(int days, double most)
    {
        var (ninetyFive, eighty) = (0.0, 0.0);
        const int series = 40;
        for (var seed = 0; seed < series; seed++)
        {
            var all = SyntheticSeries.Hours(days, level: 100, perDay: .5, daily: 20, noise: 6, seed: seed);
            var (past, future) = (all[..^48], all[^48..]);
            var forecast = Forecaster.Forecast(past, 48, Rhythms);
            ninetyFive += Accuracy.Coverage(forecast.NinetyFive, future) / series;
            eighty += Accuracy.Coverage(forecast.Eighty, future) / series;
        }

        Assert.InRange(ninetyFive, .93, most);
        Assert.InRange(eighty, .75, .95);
    }

    [Fact]
    public void Too_few_values_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Forecaster.Forecast(new double[8], 4, Rhythms));
}
