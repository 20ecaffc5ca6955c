using RagAspire.Capacity;
using RagAspire.Capacity.Charts;
using RagAspire.Capacity.History;
using RagAspire.Monitoring;

namespace RagAspire.Tests.Capacity;

public sealed class CapacityChartTests
{
    [Fact]
    public void A_chart_shows_history_projection_intervals_and_limit_as_SVG_and_PNG()
    {
        var figure = Figure();
        var svg = CapacityChart.Svg(figure);
        Assert.StartsWith("<?xml", svg);
        Assert.DoesNotContain("<script", svg);
        Assert.True(svg.Length > 10_000);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], CapacityChart.Png(figure)[..4]);
    }

    internal static CapacityFigure Figure()
    {
        var start = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
        var values = SyntheticSeries.Hours(days: 30, level: 40, perDay: .4, daily: 12, weekly: 4, noise: 2);
        var metric = CapacityMetrics.All.First(metric => metric.Name == "cpu");
        var history = new MetricHistory(
            metric, null, [.. values.Select((value, hour) => new PrometheusPoint(start.AddHours(hour), value))],
            TimeSpan.FromHours(1), "prometheus", metric.Queries[0]);
        return Limits.With(FigureAnalysis.Of(history, start.AddDays(30), TimeSpan.FromDays(90)), new CapacityOptions());
    }
}
