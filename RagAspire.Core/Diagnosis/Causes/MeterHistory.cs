using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace RagAspire.Diagnosis.Causes;

/// <summary>
/// The last hour of this process' own meters, in steps, so that the causes of a trouble can be found without Prometheus.
/// </summary>
internal sealed class MeterHistory : BackgroundService, IMeasureHistory
{
    private const int MaxSteps = 360;

    // Labels come from routes, keys and models, and a client must not be able to fill the memory by them.
    private const int MaxSeries = 1000;

    private readonly ConcurrentDictionary<(string Metric, string Labels), MeterSeries> _series = [];
    private readonly MeterListener _listener = new();
    private readonly TimeProvider _time;
    private readonly CauseOptions _options;
    private readonly Queue<DateTimeOffset> _rolls = [];

    public MeterHistory(IMeterFactory meters, IOptions<CauseOptions> options, TimeProvider time)
    {
        (_time, _options) = (time, options.Value);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // Of several hosts in one process each has meters of its own; those of libraries are shared.
            if (Measures.Metrics.Contains(MetricName.Of(instrument))
                && (instrument.Meter.Scope is null || instrument.Meter.Scope == meters))
            {
                listener.EnableMeasurementEvents(
                    instrument, new InstrumentSeries(instrument, labels => SeriesOf(instrument, labels)));
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Record(state, value, tags));
        _listener.Start();
    }

    /// <summary>False in a command, which has no past.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Whether a step has ended.</summary>
    public bool HasMeasured
    {
        get
        {
            lock (_rolls)
            {
                return _rolls.Count > 0;
            }
        }
    }

    public string Source => "the meters of this process";

    public Task<IReadOnlyList<MeasureSeries>> ReadAsync(
        Measure measure, DiagnosisWindow window, CancellationToken cancellationToken)
    {
        List<DateTimeOffset> rolls;
        lock (_rolls)
        {
            rolls = [.. _rolls.Where(at => at >= window.Since && at <= window.Until)];
        }

        if (rolls.Count == 0)
        {
            throw new ProbeException("This process has not measured yet.");
        }

        return Task.FromResult<IReadOnlyList<MeasureSeries>>(
        [
            .. _series.Where(series => series.Key.Metric == measure.Metric && Matches(series.Value, measure))
                .GroupBy(series => measure.By.Length == 0 ? "" : series.Value.Labels.GetValueOrDefault(measure.By, ""))
                .Select(group => Series(
                    group.Key,
                    Points(measure, [.. group.Select(series => series.Value)], rolls),
                    window.Until - _options.Recent)),
        ]);
    }

    /// <summary>Ends a step. Called by the clock, and by tests that make an hour pass at once.</summary>
    internal void Roll(DateTimeOffset at)
    {
        _listener.RecordObservableInstruments();
        lock (_rolls)
        {
            foreach (var series in _series.Values)
            {
                series.Roll(at);
            }

            _rolls.Enqueue(at);
            while (_rolls.Count > MaxSteps)
            {
                _rolls.Dequeue();
            }
        }
    }

    public override void Dispose()
    {
        _listener.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        IsRunning = true;
        using var timer = new PeriodicTimer(_options.Step, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Roll(_time.GetUtcNow());
        }
    }

    private static bool Matches(MeterSeries series, Measure measure) => measure.Where is null
        || measure.Where.Split('=') is [var label, var value] && series.Labels.GetValueOrDefault(label) == value.Trim('"');

    private static MeasureSeries Series(string label, (DateTimeOffset At, double Value)[] points, DateTimeOffset recent) => new(
        label, points, points.Where(point => point.At > recent).Select(point => point.Value).DefaultIfEmpty(0).Average());

    private (DateTimeOffset, double)[] Points(Measure measure, IReadOnlyList<MeterSeries> group, List<DateTimeOffset> rolls)
    {
        ILookup<DateTimeOffset, MeterStep> steps;
        lock (_rolls)
        {
            steps = group.SelectMany(series => series.Steps).ToLookup(step => step.At, step => step.Step);
        }

        return [.. rolls.Select(at => (at, Value(measure, [.. steps[at]]))).Where(point => point.Item2 is not null).Select(
            point => (point.at, point.Item2!.Value))];
    }

    private double? Value(Measure measure, IReadOnlyList<MeterStep> steps) => measure.Kind switch
    {
        MeasureKind.Rate => steps.Sum(step => step.Count) / _options.Step.TotalSeconds,
        MeasureKind.Busy => steps.Sum(step => step.Sum) / _options.Step.TotalSeconds,
        MeasureKind.Gauge => steps.Sum(step => step.Count),
        MeasureKind.State => steps.Select(step => step.Count).DefaultIfEmpty(0).Max(),
        _ => MeterSeries.P95([.. Enumerable.Range(0, MeterSeries.Bounds.Length + 1).Select(
            i => steps.Sum(step => step.Buckets?[i] ?? 0))]),
    };

    private static void Record(object? series, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((InstrumentSeries)series!).Record(value, tags);

    private MeterSeries? SeriesOf(Instrument instrument, IReadOnlyDictionary<string, string> labels)
    {
        var key = (MetricName.Of(instrument), string.Join('\n', labels.OrderBy(label => label.Key, StringComparer.Ordinal)));
        return _series.TryGetValue(key, out var series) ? series
            : _series.Count >= MaxSeries ? null
            : _series.GetOrAdd(key, new MeterSeries(labels, InstrumentSeries.IsHistogram(instrument), MaxSteps));
    }
}
