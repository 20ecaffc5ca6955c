using System.Globalization;
using RagAspire.Capacity.Forecasting;
using RagAspire.Capacity.History;
using RagAspire.Monitoring;

namespace RagAspire.Capacity;

/// <summary>Turns the past of a figure into its trend, rhythm and projection.</summary>
internal static class FigureAnalysis
{
    /// <summary>Less history than this says nothing about a trend.</summary>
    public static readonly TimeSpan ShortestHistory = TimeSpan.FromDays(2);

    // A trend of daily means needs a few of them; before that, quarters of days without the rhythm of the day are taken.
    private const int FewestDays = 5;
    private const int DaysOfWeek = 7;
    private const int FewestDaysForWeek = 18;

    /// <param name="to">The end of the time range; values may end earlier.</param>
    public static CapacityFigure Of(MetricHistory history, DateTimeOffset to, TimeSpan ahead)
    {
        var metric = history.Metric;
        var figure = new CapacityFigure(
            metric.Name, history.Subject, metric.Title, metric.Unit, metric.Driver, history.Source, history.Query,
            history.Points.Count == 0 ? null : history.Points[0].At, history.Points.Count == 0 ? null : history.Points[^1].At,
                history.Step)
        {
            Values = history.Points.Count,
            Limit = history.Limit,
            LimitSource = history.LimitQuery,
        };
        if (history.Points.Count == 0)
        {
            return figure with { Unknown = history.Missing };
        }

        var day = Math.Max(1, (int)(TimeSpan.FromDays(1) / history.Step));
        var series = SeriesRepair.Repair(Grid(history), day);
        var recent = series.Values[^Math.Min(series.Values.Length, DaysOfWeek * day)..];
        figure = figure with
        {
            Gaps = series.Gaps,
            Outliers = series.Outliers,
            Last = series.Values[^1],
            CurrentMean = recent.Average(),
            CurrentPeak = recent.Max(),
        };
        var length = history.Points[^1].At - history.Points[0].At + history.Step;
        return length < ShortestHistory || series.Values.Length < Forecaster.FewestValues
            ? figure with { Unknown = TooShort(length) }
            : Project(figure, series.Values, day, to, ahead);
    }

    private static string TooShort(TimeSpan length) => string.Create(
        CultureInfo.InvariantCulture,
        $"Only {length.TotalHours:0.#} hours of history: trend, rhythm and dates cannot be known before 2 days, "
        + $"the rhythm of a week not before 18 days.");

    private static CapacityFigure Project(CapacityFigure figure, double[] values, int day, DateTimeOffset to, TimeSpan ahead)
    {
        Rhythm[] rhythms = day > 1
            ? [.. Forecaster.Known(values, [new Rhythm(day, "day"), new Rhythm(DaysOfWeek * day, "week")])]
            : [.. Forecaster.Known(values, [new Rhythm(DaysOfWeek, "week")])];
        var (trend, block) = TrendOf(values, day);
        var horizon = (int)Math.Ceiling((to - figure.To!.Value + ahead) / figure.Step);
        var forecast = NotNegative(horizon <= values.Length / 3
            ? Forecaster.Forecast(values, horizon, rhythms)
            : Forecaster.ForecastFar(values, horizon, rhythms, trend, block));
        var perDay = (double)day / block;
        var last = forecast.Values.Skip(Math.Max(0, horizon - (DaysOfWeek * day))).ToList();
        return figure with
        {
            Trend = new FigureTrend(
                trend.Slope * perDay, Finite(trend.Lower * perDay), Finite(trend.Upper * perDay), trend.RSquared,
                    trend.IsSignificant),
            Rhythms = [.. rhythms.Select(rhythm => RhythmOf(figure, values, rhythm, rhythms[0]))],
            Projection = new Projection(
                last.Average(),
                last.Max(),
                figure.CurrentMean is > 0 and var mean ? 100 * ((last.Average() / mean) - 1) : null,
                Days(figure, forecast),
                [.. forecast.Methods.Where(method => method.Weight >= .01)],
                forecast.Backtest),
            Series = new FigureSeries(
                [.. values.Select((value, index) => new PrometheusPoint(figure.From!.Value + (index * figure.Step), value))],
                figure.To.Value + figure.Step, figure.Step, forecast),
            Unknown = values.Length < FewestDaysForWeek * day && day > 1
                ? "Less than 18 days of history: the rhythm of a week is not known." : null,
        };
    }

    private static double[] Grid(MetricHistory history)
    {
        var first = history.Points[0].At;
        var values = new double[(int)Math.Round((history.Points[^1].At - first) / history.Step) + 1];
        Array.Fill(values, double.NaN);
        foreach (var point in history.Points)
        {
            values[(int)Math.Round((point.At - first) / history.Step)] = point.Value;
        }

        return values;
    }

    /// <summary>The trend per block, and the number of values in a block.</summary>
    private static (Trend Trend, int Block) TrendOf(double[] values, int day)
    {
        if (values.Length >= FewestDays * day)
        {
            var days = Means(values, day);
            return (Trend.Of(days.Length >= FewestDaysForWeek ? SeasonalProfile.Of(days, DaysOfWeek, false).Remove(days) : days),
                day);
        }

        var block = Math.Max(1, day / 4);
        var rest = values.Length > (2 * day) + 4 ? SeasonalProfile.Of(values, day, multiplicative: false).Remove(values) : values;
        return (Trend.Of(Means(rest, block)), block);
    }

    private static double[] Means(double[] values, int block) =>
        [.. values.Skip(values.Length % block).Chunk(block).Select(chunk => chunk.Average())];

    private static FigureRhythm RhythmOf(CapacityFigure figure, double[] values, Rhythm rhythm, Rhythm shortest)
    {
        var strength = RhythmStrength.Of(values, rhythm, rhythm == shortest ? 1 : shortest.Period);
        return new FigureRhythm(
            strength.Name, strength.IsPresent, strength.Strength, strength.Amplitude,
            figure.To!.Value + ((strength.PeakStep + 1) * figure.Step), figure.To.Value + ((strength.LowStep + 1) * figure.Step));
    }

    private static Forecast NotNegative(Forecast forecast) => forecast with
    {
        Values = [.. forecast.Values.Select(value => Math.Max(0, value))],
        Eighty = NotNegative(forecast.Eighty),
        NinetyFive = NotNegative(forecast.NinetyFive),
    };

    private static Band NotNegative(Band band) => new(
        [.. band.Lower.Select(value => Math.Max(0, value))], [.. band.Upper.Select(value => Math.Max(0, value))]);

    private static List<ProjectedDay> Days(CapacityFigure figure, Forecast forecast) =>
    [
        .. Enumerable.Range(0, forecast.Values.Count)
            .GroupBy(step => DateOnly.FromDateTime((figure.To!.Value + ((step + 1) * figure.Step)).UtcDateTime))
            .Select(day => new ProjectedDay(
                day.Key,
                day.Average(step => forecast.Values[step]),
                day.Max(step => forecast.Values[step]),
                day.Average(step => forecast.Eighty.Lower[step]),
                day.Average(step => forecast.Eighty.Upper[step]),
                day.Average(step => forecast.NinetyFive.Lower[step]),
                day.Average(step => forecast.NinetyFive.Upper[step]))),
    ];

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
