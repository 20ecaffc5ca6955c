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
}
