using System.Diagnostics;
using System.Diagnostics.Metrics;
using RagAspire.Documents;

namespace RagAspire.Ingestion;

/// <summary>Metrics of ingestion.</summary>
public sealed class IngestionMetrics
{
    public const string MeterName = "RagAspire.Ingestion";

    private readonly Counter<long> _documents;
    private readonly Counter<long> _chunks;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _warnings;
    private readonly Histogram<double> _stages;
    private IngestionBacklog _queue = new(0, 0);

    public IngestionMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _documents = meter.CreateCounter<long>(
            "rag.ingestion.documents", "{document}", "Documents whose processing ended, by outcome: ready, rejected, postponed, failed or lost");
        _chunks = meter.CreateCounter<long>("rag.ingestion.chunks", "{chunk}", "Chunks made searchable");
        _bytes = meter.CreateCounter<long>("rag.ingestion.bytes", description: "Bytes of documents made searchable");
        _warnings = meter.CreateCounter<long>(
            "rag.ingestion.warnings", "{warning}", "What could not be read of documents that are ready, by code");
        _stages = meter.CreateHistogram(
            "rag.ingestion.stage.duration",
            "s",
            "How long a stage of processing one document took",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300],
            });
        meter.CreateObservableGauge(
            "rag.ingestion.queue.depth", () => _queue.Waiting, "{document}", "Documents that wait or are processed");
        meter.CreateObservableGauge(
            "rag.ingestion.oldest_pending", () => _queue.OldestSeconds, "s", "Age of the longest waiting document");
    }

    public void Finished(string outcome) => _documents.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Indexed(Document document, ReadDocument read)
    {
        _chunks.Add(read.ChunkCount);
        foreach (var warning in read.Warnings)
        {
            _warnings.Add(warning.Count, new KeyValuePair<string, object?>("code", warning.Code));
        }

        _bytes.Add(document.SizeBytes);
    }

    public void StageTook(DocumentStage stage, long startedAt) =>
        _stages.Record(Stopwatch.GetElapsedTime(startedAt).TotalSeconds, new KeyValuePair<string, object?>("stage", stage.Word()));

    public void Queue(IngestionBacklog queue) => _queue = queue;
}

/// <summary>The queue of waiting documents.</summary>
/// <param name="OldestSeconds">Age of the longest waiting one; 0 when none waits.</param>
public sealed record IngestionBacklog(long Waiting, double OldestSeconds);
