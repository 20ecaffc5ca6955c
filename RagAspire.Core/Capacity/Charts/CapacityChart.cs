using System.Globalization;
using RagAspire.Capacity.History;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace RagAspire.Capacity.Charts;

/// <summary>Draws the past of a figure, its projection with 80 and 95 % intervals, and its limit.</summary>
public static class CapacityChart
{
    private const int Width = 760;
    private const int Height = 300;
    private const double PixelRatio = 2;

    // A colour scheme that is told apart with any colour vision, and on white and dark pages: the picture has its own background.
    private static readonly Color Past = Color.FromHex("#4b5563");
    private static readonly Color Future = Color.FromHex("#1d4ed8");
    private static readonly Color Limit = Color.FromHex("#b91c1c");

    /// <summary>Twice as many pixels as the drawing, for screens that have them.</summary>
    public static byte[] Png(CapacityFigure figure)
    {
        var plot = Draw(figure);
        plot.ScaleFactor = PixelRatio;
        return plot.GetImageBytes((int)(Width * PixelRatio), (int)(Height * PixelRatio), ImageFormat.Png);
    }

    public static string Svg(CapacityFigure figure) => Draw(figure).GetSvgXml(Width, Height);

    private static Plot Draw(CapacityFigure figure)
    {
        ArgumentNullException.ThrowIfNull(figure);
        var plot = new Plot();
        var (scale, unit) = Scale(figure);
        if (figure.Series is { } series)
        {
            AddBands(plot, series, scale);
            var past = plot.Add.ScatterLine(
                series.Past.Select(point => point.At.UtcDateTime.ToOADate()).ToArray(),
                series.Past.Select(point => point.Value / scale).ToArray());
            (past.Color, past.LineWidth, past.LegendText) = (Past, 1.2f, "measured");
            var ahead = plot.Add.ScatterLine(Times(series), series.Ahead.Values.Select(value => value / scale).ToArray());
            (ahead.Color, ahead.LineWidth, ahead.LegendText) = (Future, 1.6f, "projected");
        }

        AddLimit(plot, figure, scale);
        plot.Title($"{figure.FullTitle}, {unit}", size: 14);
        plot.Axes.DateTimeTicksBottom();
        plot.Axes.Bottom.TickGenerator = new DateTimeAutomatic
        {
            LabelFormatter = at => at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        };
        plot.Axes.AutoScale();
        plot.Axes.SetLimitsY(Math.Min(0, plot.Axes.GetLimits().Bottom), Math.Max(1e-9, plot.Axes.GetLimits().Top));
        plot.ShowLegend(Edge.Bottom);
        return plot;
    }

    private static void AddBands(Plot plot, FigureSeries series, double scale)
    {
        var times = Times(series);
        foreach (var (band, opacity, text) in new[]
        {
            (series.Ahead.NinetyFive, .15, "95 %"), (series.Ahead.Eighty, .25, "80 %"),
        })
        {
            var fill = plot.Add.FillY(
                times, band.Lower.Select(value => value / scale).ToArray(), band.Upper.Select(value => value / scale).ToArray());
            (fill.FillColor, fill.LineWidth, fill.LegendText) = (Future.WithAlpha(opacity), 0, text);
        }
    }

    /// <summary>The limit, unless it is so far away that it would press the figure flat.</summary>
    private static void AddLimit(Plot plot, CapacityFigure figure, double scale)
    {
        var highest = figure.Series is { } series ? Math.Max(series.Past.Max(point => point.Value), series.Ahead.Values.Max())
            : 0;
        if (figure.Limit is { } limit && limit < 20 * highest)
        {
            var line = plot.Add.HorizontalLine(limit / scale, width: 1.5f, color: Limit, pattern: LinePattern.Dashed);
            line.LegendText = $"limit {Show.Value(limit, figure.Unit)}";
        }
    }

    private static double[] Times(FigureSeries series) =>
        [.. series.Ahead.Values.Select((_, step) => (series.FirstAhead + (step * series.Step)).UtcDateTime.ToOADate())];

    private static (double Scale, string Unit) Scale(CapacityFigure figure)
    {
        var highest = Math.Max(figure.CurrentPeak ?? 0, figure.Projection?.Peak ?? 0);
        return figure.Unit switch
        {
            CapacityUnit.Percent => (1, "%"),
            CapacityUnit.Seconds => highest < 1 ? (.001, "ms") : (1, "s"),
            CapacityUnit.PerSecond => (1, "per second"),
            CapacityUnit.PerHour => (1, "per hour"),
            CapacityUnit.Bytes when highest >= 1L << 40 => (1L << 40, "TiB"),
            CapacityUnit.Bytes when highest >= 1 << 30 => (1 << 30, "GiB"),
            CapacityUnit.Bytes => (1 << 20, "MiB"),
            _ => (1, "count"),
        };
    }
}
