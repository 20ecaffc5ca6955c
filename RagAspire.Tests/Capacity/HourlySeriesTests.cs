using System.Globalization;
using RagAspire.Capacity.Forecasting;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Capacity;

/// <summary>Forecasts of two days of many hourly series: made ones, and those of the M4 competition where they exist.</summary>
public sealed class HourlySeriesTests(ITestOutputHelper output)
{
    private const string Made = "made";
    private const int Ahead = 48;
    private static readonly Rhythm[] Rhythms = [new(SyntheticSeries.Day, "day"), new(SyntheticSeries.Week, "week")];

    [Theory]
    [SharedRows]
    [SampleRow(Made, 2.5, .985, .855)]
    [LargeRow("forecast/m4-hourly", 9.0, .95, .80)]
    public void Hourly_series_are_forecast_better_than_by_repeating_and_their_intervals_hold(
        string source, double mostError, double wide, double narrow)
    {
        var series = source == Made ? MadeSeries() : ReadSeries(source);
        var done = series.ConvertAll(one => (one.Past, one.Future, Forecast: Forecaster.Forecast(one.Past, Ahead, Rhythms)));
        var error = done.Average(one => Accuracy.Smape(one.Forecast.Values, one.Future));
        var repeated = done.Average(one => Accuracy.Smape(
            new SeasonalNaive(SyntheticSeries.Week, "week").Forecast(one.Past, Ahead), one.Future));
        var ofWide = done.Average(one => Accuracy.Coverage(one.Forecast.NinetyFive, one.Future));
        var ofNarrow = done.Average(one => Accuracy.Coverage(one.Forecast.Eighty, one.Future));
        output.WriteLine(FormattableString.Invariant(
            $"{done.Count} series: sMAPE {error:0.00} (repeated {repeated:0.00}), within 95 % {ofWide:0.000}, within 80 % {ofNarrow:0.000}"));

        Assert.InRange(error, 0, Math.Min(mostError, .85 * repeated));
        Assert.InRange(ofWide, wide - .02, wide + .02);
        Assert.InRange(ofNarrow, narrow - .03, narrow + .03);
    }

    /// <summary>Of several levels, slopes, rhythms and noises.</summary>
    private static List<(double[] Past, double[] Future)> MadeSeries() =>
    [
        .. Enumerable.Range(0, 40).Select(seed => SyntheticSeries.Hours(
            days: 32, level: 50 + (5 * seed), perDay: .2 * ((seed % 5) - 2), daily: 4 * (seed % 4),
            weekly: 3 * (seed % 3), noise: 2 + (seed % 3), seed))
            .Select(all => (all[..^Ahead], all[^Ahead..])),
    ];

    private static List<(double[] Past, double[] Future)> ReadSeries(string folder)
    {
        var future = Rows($"{folder}/test.csv");
        return [.. Rows($"{folder}/train.csv").Select(row => (row.Value, future[row.Key]))];
    }

    private static Dictionary<string, double[]> Rows(string path) =>
        File.ReadLines(SharedData.Locate(path)).Skip(1).Select(line => line.Split(',').Select(cell => cell.Trim('"')).ToArray())
            .ToDictionary(
                cells => cells[0],
                cells => cells.Skip(1).Where(cell => cell is not ("" or "NA"))
                    .Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray());
}
