using System.Diagnostics.Metrics;

namespace RagAspire.Ingestion;

/// <summary>Metrics of the vectors that follow the documents.</summary>
public sealed class EmbeddingMetrics
{
    private readonly Counter<long> _chunks;
    private EmbeddingBacklog _backlog = new(0, 0);

    public EmbeddingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(IngestionMetrics.MeterName);
        _chunks = meter.CreateCounter<long>("rag.embedding.chunks", "{chunk}", "Chunks whose vectors were stored");
        meter.CreateObservableGauge(
            "rag.embedding.backlog", () => _backlog.Chunks, "{chunk}", "Searchable chunks that wait for a vector");
        meter.CreateObservableGauge(
            "rag.embedding.oldest", () => _backlog.OldestSeconds, "s", "How long the first of them has waited");
    }

    public void Embedded(int chunks) => _chunks.Add(chunks);

    public void Waiting(EmbeddingBacklog backlog) => _backlog = backlog;
}
