using System.Diagnostics.Metrics;
using RagAspire.Diagnosis.Causes;

namespace RagAspire.Tests.Diagnosis;

public sealed class MeterSeriesTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_last_steps_are_kept_and_a_step_without_a_recording_is_absent()
    {
        var series = new MeterSeries(new Dictionary<string, string>(), isHistogram: true, capacity: 3);
        for (var step = 0; step < 9; step++)
        {
            for (var recorded = 0; recorded < step % 5; recorded++)
            {
                series.Record(.02);
            }

            series.Roll(Start.AddSeconds(step));
        }

        Assert.Equal([(6, 1.0), (7, 2.0), (8, 3.0)], series.Steps.Select(step => ((step.At - Start).Seconds, step.Step.Count)));
        Assert.Equal([1, 2, 3], series.Steps.Select(step => step.Step.Buckets!.Sum()));
        Assert.Equal(.06, series.Steps[^1].Step.Sum, 1e-9);
    }

    [Fact]
    public void A_counter_has_no_buckets()
    {
        var series = new MeterSeries(new Dictionary<string, string>(), isHistogram: false, capacity: 2);
        series.Add(2.5);
        series.Roll(Start);

        Assert.Equal((Start, new MeterStep(2.5, 0, null)), Assert.Single(series.Steps));
    }

    [Fact]
    public void A_level_lasts_until_it_changes()
    {
        var series = new MeterSeries(new Dictionary<string, string>(), isHistogram: false, capacity: 4);
        series.Change(3);
        series.Roll(Start);
        series.Change(-1);
        series.Roll(Start.AddSeconds(1));
        series.Roll(Start.AddSeconds(2));

        Assert.Equal([3, 2, 2], series.Steps.Select(step => step.Step.Count));
    }

    [Fact]
    public void Recordings_with_the_same_tags_are_one_series_and_those_without_room_are_none()
    {
        using var meter = new Meter("test");
        var made = new List<(string Labels, MeterSeries Series)>();
        var instrument = new InstrumentSeries(meter.CreateCounter<long>("requests"), labels =>
        {
            if (made.Count == 2)
            {
                return null;
            }

            made.Add((string.Join(',', labels.Select(label => $"{label.Key}={label.Value}")),
                new MeterSeries(labels, isHistogram: false, capacity: 1)));
            return made[^1].Series;
        });

        // New strings and boxes each time, as in requests.
        for (var i = 0; i < 3; i++)
        {
            instrument.Record(1, [new("http.route", new string('a', 2)), new("status", 200)]);
            instrument.Record(1, [new("http.route", new string('a', 2)), new("status", 404)]);
            instrument.Record(1, [new("http.route", "other"), new("status", 200)]);
        }

        Assert.Equal(["http_route=aa,status=200", "http_route=aa,status=404"], made.Select(each => each.Labels));
        Assert.All(made, each =>
        {
            each.Series.Roll(Start);
            Assert.Equal(3, Assert.Single(each.Series.Steps).Step.Count);
        });
    }
}
