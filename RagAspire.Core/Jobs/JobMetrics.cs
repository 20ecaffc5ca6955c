using System.Diagnostics.Metrics;

namespace RagAspire.Jobs;

/// <summary>The last success of a scheduled task and its limit, for alert rules.</summary>
/// <param name="LastSuccess">For a task that never succeeded, when its schedule was first stored.</param>
/// <param name="AlertAfter">How old that may become before an alert fires; null for no alert.</param>
public sealed record JobFreshness(string Task, DateTimeOffset LastSuccess, TimeSpan? AlertAfter);

/// <summary>
/// Metrics of background jobs. Alert-after is exported beside the last success, so that no alert rule repeats it.
/// </summary>
public sealed class JobMetrics
{
    public const string MeterName = "RagAspire.Jobs";

    private readonly Histogram<double> _durations;
    private IReadOnlyList<JobFreshness> _schedules = [];

    public JobMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _durations = meter.CreateHistogram(
            "rag.job.duration", "s", "How long a background job ran, by outcome: succeeded, retried, failed, skipped or cancelled",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [.01, .05, .1, .5, 1, 5, 15, 60, 300, 900, 3600, 14400],
            });
        meter.CreateObservableGauge(
            "rag.job.last_success_timestamp",
            () => Measure(schedule => schedule.LastSuccess.ToUnixTimeMilliseconds() / 1000d),
            "s",
            "When a scheduled job last succeeded");
        meter.CreateObservableGauge(
            "rag.job.alert_after",
            () => Measure(schedule => schedule.AlertAfter!.Value.TotalSeconds),
            "s",
            "How old a scheduled job's last success may become");
    }

    public void Ended(string task, JobOutcome outcome, double seconds) => _durations.Record(
        seconds, new KeyValuePair<string, object?>("task", task), new KeyValuePair<string, object?>("outcome", outcome.Word()));

    /// <summary>Replaces the schedules by those that the database holds now.</summary>
    public void Schedules(IReadOnlyList<JobFreshness> schedules) => Volatile.Write(ref _schedules, schedules);

    private IEnumerable<Measurement<double>> Measure(Func<JobFreshness, double> value) =>
        Volatile.Read(ref _schedules).Where(schedule => schedule.AlertAfter is not null).Select(
            schedule => new Measurement<double>(value(schedule), new KeyValuePair<string, object?>("task", schedule.Task)));
}
