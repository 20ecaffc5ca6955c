using System.Globalization;
using RagAspire.Api.Reports;
using RagAspire.Capacity;
using RagAspire.Capacity.Charts;
using RagAspire.Capacity.History;
using RagAspire.Capacity.Recommendations;

namespace RagAspire.Api;

/// <summary>A capacity plan as a page or text: what to do, all figures, then each figure with its chart and its query.</summary>
internal static class CapacityPage
{
    public static Report Describe(CapacityReport report) => new(
        "Capacity",
        Status(report),
        report.At,
        [
            Recommendations(report),
            Overview(report),
            .. report.WhatIf.Count > 0 ? new[] { WhatIf(report) } : [],
            .. report.Figures.Where(figure => figure.Series is not null).Select(Figure),
            .. report.Requests.Count > 0 ? new[] { Requests(report) } : [],
            .. report.Unknown.Count > 0
                ? new[] { new ReportSection("What is not known",
                [new ReportList([.. report.Unknown.Select(ReportCell.FromString)])]) } : [],
        ]);

    private static ReportStatus Status(CapacityReport report)
    {
        var urgent = report.Recommendations.Count(recommendation => recommendation.Urgency == Urgency.High);
        var window = string.Create(
            CultureInfo.InvariantCulture,
                $"{report.Request.History.TotalDays:0.#} days of history, {report.Request.Ahead.TotalDays:0.#} days ahead.");
        return (urgent, report.Recommendations.Count, report.Figures.Any(figure => figure.Projection is not null)) switch
        {
            ( > 0, var all, _) => new(ReportLevel.Critical, "Act", $"{urgent} of {all} recommendations are urgent. {window}"),
            (_, > 0 and var all, _) => new(ReportLevel.Warning, "Plan",
                $"{all} {(all == 1 ? "recommendation" : "recommendations")}. {window}"),
            (_, _, false) => new(ReportLevel.Neutral, "Unknown", $"There is not enough history to project anything. {window}"),
            _ => new(ReportLevel.Good, "Enough", $"No limit is near. {window}"),
        };
    }

    private static ReportSection Recommendations(CapacityReport report) => new("Recommendations",
    [
        new ReportTable(
            "What to do, the most urgent first",
            [new("Action"), new("Urgency", true), new("Reason"), new("Effect"), new("By", true)],
            [
                .. report.Recommendations.Select(row => new ReportCell[]
                {
                    row.Subject is null ? row.Action : $"{row.Action} ({row.Subject})",
                    new(row.Urgency.Word(), Level(row.Urgency)),
                    row.Reason, row.Effect, row.By is null ? null : Show.Day(row.By),
                }),
            ])
        {
            WhenEmpty = "Nothing to do.",
        },
    ]);

    private static ReportSection Overview(CapacityReport report) => new("Figures",
    [
        new ReportTable(
            "Mean and peak of a week, now and then, and when the limit is reached",
            [
                new("Figure"), new("Now", true), new("Per day", true), new("Then", true), new("Limit", true), new("Likely", true),
                new("95 % between", true),
            ],
            [
                .. report.Figures.Select(figure => new ReportCell[]
                {
                    figure.FullTitle, Pair(figure, figure.CurrentMean, figure.CurrentPeak),
                    Show.Value(figure.Trend?.PerDay, figure.Unit),
                    Pair(figure, figure.Projection?.Mean, figure.Projection?.Peak), Show.Value(figure.Limit, figure.Unit),
                    Likely(figure), Between(figure.Crossing),
                }),
            ]),
    ]);

    private static string Pair(CapacityFigure figure, double? mean, double? peak) =>
        mean is null ? "–" : $"{Show.Value(mean, figure.Unit)}, {Show.Value(peak, figure.Unit)}";

    private static ReportCell Likely(CapacityFigure figure) => figure.Crossing switch
    {
        null => "–",
        { Likely: { } likely } => new ReportCell(Show.Day(likely), ReportLevel.Warning),
        _ => "not yet",
    };

    private static ReportCell Between(Crossing? crossing) =>
        crossing?.Early is null ? "–" : $"{Show.Day(crossing.Early)}, {Show.Day(crossing.Late)}";

    private static ReportSection Figure(CapacityFigure figure)
    {
        var projection = figure.Projection!;
        var backtest = projection.Backtest;
        List<ReportFact> facts =
        [
            new("Values", string.Create(
                CultureInfo.InvariantCulture,
                $"{figure.Values} from {figure.From:yyyy-MM-dd HH:mm} to {figure.To:yyyy-MM-dd HH:mm} UTC, every "
                + $"{figure.Step.TotalMinutes:0} min; {figure.Gaps} missing, {figure.Outliers} outliers")),
            new("Trend per day", Trend(figure)),
            new("Rhythm", figure.Rhythms.Count == 0 ? "unknown"
                : string.Join("; ", figure.Rhythms.Select(rhythm => Rhythm(figure, rhythm)))),
            new("Method", string.Join(", ", projection.Methods.Take(4).Select(method =>
                string.Create(CultureInfo.InvariantCulture, $"{method.Name} ({100 * method.Weight:0} %)")))),
            new("Backtest", string.Create(
                CultureInfo.InvariantCulture,
                $"{backtest.Origins} forecasts from the past, {(backtest.Horizon * figure.Step).TotalDays:0.#} "
                + $"days ahead: sMAPE {backtest.Smape:0.#}, "
                + $"MASE {backtest.Mase:0.##}, mean error {Show.Value(backtest.MeanAbsoluteError, figure.Unit)}; "
                + $"{100 * backtest.Coverage:0} % within the 95 % interval")),
            new("Limit", figure.Limit is null ? "none" : $"{Show.Value(figure.Limit, figure.Unit)} ({figure.LimitSource})"),
        ];
        return new ReportSection(figure.FullTitle,
        [
            new ReportImage(Caption(figure), CapacityChart.Png(figure), "image/png"),
            new ReportFacts(facts),
            new ReportCode(figure.Query),
            .. figure.Unknown is { } unknown ? new[] { new ReportText(unknown) } : [],
        ]);
    }

    private static string Caption(CapacityFigure figure)
    {
        var projection = figure.Projection!;
        var end = projection.Days[^1];
        return $"{figure.FullTitle}: {Show.Value(figure.CurrentMean, figure.Unit)} on average now, "
            + $"{Show.Value(projection.Mean, figure.Unit)} "
            + $"expected around {end.Day:yyyy-MM-dd} (80 %: {Show.Value(end.Lower80, figure.Unit)} to "
            + $"{Show.Value(end.Upper80, figure.Unit)}, "
            + $"95 %: {Show.Value(end.Lower95, figure.Unit)} to {Show.Value(end.Upper95, figure.Unit)}).";
    }

    private static string Trend(CapacityFigure figure)
    {
        var trend = figure.Trend!;
        var interval = trend.Lower is null
            ? "interval unknown" : $"95 %: {Show.Value(trend.Lower, figure.Unit)} to {Show.Value(trend.Upper, figure.Unit)}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Show.Value(trend.PerDay, figure.Unit)} ({interval}), r² "
            + $"{trend.RSquared:0.00}{(trend.IsSignificant ? "" : ", not beyond chance")}");
    }

    private static string Rhythm(CapacityFigure figure, FigureRhythm rhythm) => rhythm.IsPresent
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{rhythm.Name} ±{Show.Value(rhythm.Amplitude, figure.Unit)}, peak "
            + $"{rhythm.Peak.UtcDateTime:ddd HH:mm}, low {rhythm.Low.UtcDateTime:ddd HH:mm} UTC")
        : $"no {rhythm.Name}";

    private static ReportSection WhatIf(CapacityReport report) => new("What if",
    [
        new ReportText(string.Join(" ", new[]
        {
            report.Request.Growth is { } growth ? string.Create(CultureInfo.InvariantCulture,
                $"{growth:0.##} times as many requests.") : null,
            report.Request.Documents is { } documents ? string.Create(CultureInfo.InvariantCulture, $"{documents:#,0} documents.")
                : null,
        }.OfType<string>())),
        new ReportTable(
            "Figures under this assumption",
            [new("Figure"), new("Now", true), new("Then", true), new("Limit", true), new("Basis")],
            [
                .. report.WhatIf.Select(row => new ReportCell[]
                {
                    row.Subject is null ? row.Title : $"{row.Title} of {row.Subject}", Show.Value(row.Now, row.Unit),
                    new(Show.Value(row.Then, row.Unit), row.Exceeds ? ReportLevel.Critical : ReportLevel.Neutral),
                    Show.Value(row.Limit, row.Unit), row.Basis,
                }),
            ]),
    ]);

    private static ReportSection Requests(CapacityReport report) => new("Requests and limits to set",
    [
        new ReportTable(
            "90th percentile of the last eight days, recent hours weighing more, plus 15 %; the limit is the "
            + "highest value plus 15 %",
            [new("Process"), new("Resource"), new("Request", true), new("Limit", true), new("Query")],
            [
                .. report.Requests.Select(row => new ReportCell[]
                {
                    row.Process, row.Resource, Amount(row, row.Request), Amount(row, row.Limit), row.Query,
                }),
            ]),
    ]);

    private static string Amount(ResourceRequest row, double value) => row.Resource == "cpu"
        ? string.Create(CultureInfo.InvariantCulture, $"{value * 1000:0} m") : Show.Value(value, CapacityUnit.Bytes);

    private static ReportLevel Level(Urgency urgency) => urgency switch
    {
        Urgency.High => ReportLevel.Critical,
        Urgency.Medium => ReportLevel.Warning,
        _ => ReportLevel.Neutral,
    };
}
