using System.Globalization;
using RagAspire.Capacity.Forecasting;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Capacity;

/// <summary>Forecasts of public series whose continuation is known.</summary>
public sealed class PublicSeriesTests
{
    private static readonly Rhythm[] Rhythms = [new(24, "day"), new(168, "week")];

    [Fact]
    public void Hourly_series_of_the_M4_competition_are_forecast_better_than_by_repeating_and_their_intervals_hold()
    {
        var (past, future) = (Rows("forecast/m4-hourly/train.csv"), Rows("forecast/m4-hourly/test.csv"));
        var done = past.Select(row => (Future: future[row.Key], Forecast: Forecaster.Forecast(row.Value, 48, Rhythms))).ToList();
        Assert.InRange(done.Average(one => Accuracy.Smape(one.Forecast.Values, one.Future)), 0, 9);
        Assert.InRange(done.Average(one => Accuracy.Coverage(one.Forecast.NinetyFive, one.Future)), .93, .97);
        Assert.InRange(done.Average(one => Accuracy.Coverage(one.Forecast.Eighty, one.Future)), .77, .83);
    }

    private static Dictionary<string, double[]> Rows(string path)
    {
        Assert.SkipUnless(File.Exists(SharedData.Locate(path)), "shared/data/forecast does not exist beside the repository.");
        return File.ReadLines(SharedData.Locate(path)).Skip(1).Select(line =>
            line.Split(',').Select(cell => cell.Trim('"')).ToArray())
            .ToDictionary(
                cells => cells[0],
                cells => cells.Skip(1).Where(cell => cell is not ("" or "NA"))
                    .Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray());
    }
}
