using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace RagAspire.Worker;

/// <summary>What operators see of jobs. Each schedule's alert-after stands beside its last success, so that no rule repeats it.</summary>
public sealed class JobMetrics
{
    public const string MeterName = "RagAspire.Jobs";

    private readonly Histogram<double> _durations;
    private readonly ConcurrentDictionary<string, double> _lastSuccesses = new();
    private readonly ConcurrentDictionary<string, double> _alertAfter = new();
    private readonly TimeProvider _time;

    public JobMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(MeterName);
        _durations = meter.CreateHistogram(
            "rag.job.duration", "s", "How long a background job ran, by outcome: succeeded, failed or cancelled",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.01, .05, .1, .5, 1, 5, 15, 60, 300, 900, 3600, 14400] });
        meter.CreateObservableGauge(
            "rag.job.last_success.timestamp", () => Measure(_lastSuccesses), "s", "When a scheduled job last succeeded");
        meter.CreateObservableGauge(
            "rag.job.alert_after", () => Measure(_alertAfter), "s", "How old a scheduled job's last success may become");
    }

    public void Ended(string job, string outcome, double seconds)
    {
        _durations.Record(seconds, new KeyValuePair<string, object?>("job", job), new KeyValuePair<string, object?>("outcome", outcome));
        if (outcome == "succeeded" && _alertAfter.ContainsKey(job))
        {
            _lastSuccesses[job] = _time.GetUtcNow().ToUnixTimeMilliseconds() / 1000d;
        }
    }

    public void Scheduled(string job, TimeSpan alertAfter) => _alertAfter[job] = alertAfter.TotalSeconds;

    private static IEnumerable<Measurement<double>> Measure(ConcurrentDictionary<string, double> values) =>
        values.Select(value => new Measurement<double>(value.Value, new KeyValuePair<string, object?>("job", value.Key)));
}
