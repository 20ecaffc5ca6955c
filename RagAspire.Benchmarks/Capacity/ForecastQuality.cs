using System.Diagnostics;
using System.Globalization;
using MathNet.Numerics.Statistics;
using RagAspire.Capacity.Forecasting;

namespace RagAspire.Benchmarks.Capacity;

/// <summary>
/// <c>forecast --data folder [--period 24,168]</c>: the accuracy of forecasts on series whose continuation is known, beside that
/// of
/// a straight line and of repeating the last cycle.
/// </summary>
internal sealed class ForecastQuality(TextWriter output)
{
    private const string Usage = "Usage: forecast --data <folder> [--period <values of a cycle, such as 24,168; 0 for none>]";

    /// <summary>A forecast of one day fails or holds as a whole: few of them say nothing about intervals.</summary>
    private static readonly int[] RecordedDays = [1, 9];

    private static readonly TimeSpan Minutes = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly Rhythm[] Hourly = [new(24, "day"), new(168, "week")];

    /// <returns>The exit code.</returns>
    public int Print(IReadOnlyList<string> arguments)
    {
        var read = Arguments.Read(arguments, "--data", "--period");
        if (read?.Text("--data") is not { } path || !Directory.Exists(path))
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        Rhythm[]? asked = read.Text("--period") is { } periods
            ? [.. periods.Split(',').Select(period => int.Parse(period, CultureInfo.InvariantCulture)).Where(period => period > 1)
                .Select(period => new Rhythm(period, $"cycle of {period}"))]
            : null;
        output.WriteLine("| series | number | ahead | sMAPE | MASE | median MASE | in 95 % | in 80 % | line sMAPE | last cycle "
            + "sMAPE | ms each |");
        output.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var folder in ForecastData.Folders(path))
        {
            var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
            if (ForecastData.IsCompetition(folder))
            {
                Print(name, ForecastData.Competition(folder), asked ?? RhythmsOf(name));
            }
            else
            {
                foreach (var days in RecordedDays)
                {
                    Print($"{name}, hours", ForecastData.Recordings(folder, Hour, 24, days), asked ?? Hourly);
                    Print($"{name}, 5 minutes", ForecastData.Recordings(folder, Minutes, 288, days),
                        asked ?? [new Rhythm(288, "day")]);
                }

                Print($"{name}, 5 minutes", ForecastData.Recordings(folder, Minutes, 12, 20), asked ?? [new Rhythm(288, "day")]);
            }
        }

        return 0;
    }

    /// <summary>The cycles of a collection by its name: hourly series have days and weeks, others none that is worth
    /// it.</summary>
    private static Rhythm[] RhythmsOf(string name) => name.Contains("hour", StringComparison.OrdinalIgnoreCase) ? Hourly
        : name.Contains("dai", StringComparison.OrdinalIgnoreCase) ? [new Rhythm(7, "week")]
        : [];

    private void Print(string name, List<ForecastCase> cases, Rhythm[] rhythms)
    {
        if (cases.Count == 0)
        {
            return;
        }

        // Once before the time is taken, for the compiler.
        Forecaster.Forecast(cases[0].Past, cases[0].Future.Length, rhythms);
        var watch = Stopwatch.StartNew();
        var done = cases.ConvertAll(one => (Case: one, Forecast: Forecaster.Forecast(one.Past, one.Future.Length, rhythms)));
        var each = watch.Elapsed / cases.Count;
        var period = rhythms.Length == 0 ? 1 : rhythms[0].Period;
        var scaled = done.ConvertAll(one => Accuracy.Mase(one.Forecast.Values, one.Case.Future, one.Case.Past, period));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {cases.Count} | {cases[0].Future.Length} "
            + $"| {done.Average(one => Accuracy.Smape(one.Forecast.Values, one.Case.Future)):0.00} "
            + $"| {scaled.Average():0.000} | {scaled.Median():0.000} "
            + $"| {done.Average(one => Accuracy.Coverage(one.Forecast.NinetyFive, one.Case.Future)):P1} "
            + $"| {done.Average(one => Accuracy.Coverage(one.Forecast.Eighty, one.Case.Future)):P1} "
            + $"| {SmapeOf(new RobustLine(), cases):0.00} "
            + $"| {SmapeOf(new SeasonalNaive(period, ""), cases):0.00} "
            + $"| {each.TotalMilliseconds:0.0} |"));
    }

    private static double SmapeOf(IForecastMethod method, List<ForecastCase> cases) =>
        cases.Average(one => Accuracy.Smape(method.Forecast(one.Past, one.Future.Length), one.Future));
}
