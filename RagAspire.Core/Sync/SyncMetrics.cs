using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace RagAspire.Sync;

/// <summary>A configured source, for alert rules.</summary>
/// <param name="LastSuccess">For one that never succeeded, when it was configured first.</param>
/// <param name="AlertAfter">How old that may become before an alert fires.</param>
public sealed record SourceFreshness(string Name, DateTimeOffset LastSuccess, TimeSpan AlertAfter, bool IsFailing);

/// <summary>Metrics of sources. How they are comes from the database, so that it survives restarts.</summary>
public sealed class SyncMetrics
{
    public const string MeterName = "RagAspire.Sync";

    private readonly Counter<long> _files;
    private readonly Histogram<double> _durations;
    private IReadOnlyList<SourceFreshness> _sources = [];

    public SyncMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _files = meter.CreateCounter<long>(
            "rag.sync.files", "{file}",
            "Files of sources, by outcome: unchanged, added, changed, renamed, deleted, duplicate, refused or failed");
        _durations = meter.CreateHistogram(
            "rag.sync.duration", "s", "How long a run over one source took",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.1, .5, 1, 5, 15, 60, 300, 900, 3600, 14400] });
        meter.CreateObservableGauge(
            "rag.sync.last_success_timestamp",
            () => Measure(source => source.LastSuccess.ToUnixTimeMilliseconds() / 1000d), "s", "When a run over a source last succeeded");
        meter.CreateObservableGauge(
            "rag.sync.alert_after", () => Measure(source => source.AlertAfter.TotalSeconds), "s",
            "How old a source's last success may become");
        meter.CreateObservableGauge(
            "rag.sync.failed", () => Measure(source => source.IsFailing ? 1 : 0),
            description: "Whether the last run over a source has failed");
    }

    /// <summary>Replaces the sources by those that are configured now.</summary>
    public void SourcesAre(IReadOnlyList<SourceFreshness> sources) => Volatile.Write(ref _sources, sources);

    /// <summary>Measures a run until it is disposed. A dry run is none.</summary>
    internal IDisposable Begin(string source, SyncReport report, bool dryRun) => new Run(this, source, report, dryRun);

    private IEnumerable<Measurement<double>> Measure(Func<SourceFreshness, double> value) => Volatile.Read(ref _sources)
        .Select(source => new Measurement<double>(value(source), new KeyValuePair<string, object?>("source", source.Name)));

    private sealed class Run(SyncMetrics metrics, string source, SyncReport report, bool dryRun) : IDisposable
    {
        private readonly long _startedAt = Stopwatch.GetTimestamp();

        public void Dispose()
        {
            if (dryRun)
            {
                return;
            }

            var tag = new KeyValuePair<string, object?>("source", source);
            metrics._durations.Record(Stopwatch.GetElapsedTime(_startedAt).TotalSeconds, tag);
            foreach (var (outcome, files) in report.Counts)
            {
                metrics._files.Add(files, tag, new KeyValuePair<string, object?>("outcome", outcome.Word()));
            }
        }
    }
}
